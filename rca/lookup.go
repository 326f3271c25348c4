package rca

import (
	"encoding/hex"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Lookup asks for the logs of a trace of an open incident, which did not come
// here and may be in a store.
type Lookup struct {
	Incident string
	TraceID  [16]byte
	From, To time.Time // when they were written
}

const (
	maxLookups  = 8 // traces of one incident
	maxTries    = 3 // of one trace
	lookupWait  = 10 * time.Second
	lookupSince = 15 * time.Minute // before the onset: a job may have begun long ago
	maxFound    = 2                // texts of one trace
)

// lookup is what became of one.
type lookup struct {
	id    [16]byte
	tries int
	due   int64 // when it may be tried again
	done  bool
	who   event.Entity // whom the trace speaks against
}

// Wanted returns up to n lookups that are due. Whoever makes one answers with
// Found; one that is never answered is wanted again, three times at most. Nothing
// waits for the answer.
func (e *Engine) Wanted(n int, now time.Time) (list []Lookup) {
	at := now.UnixNano()
	for _, i := range e.incidents {
		if i.Status != event.IncidentOpen || !i.Settled {
			continue
		}
		e.choose(i)
		for k := range i.lookups {
			l := &i.lookups[k]
			if len(list) >= n {
				return list
			}
			if l.done || l.tries >= maxTries || at < l.due {
				continue
			}
			l.tries++
			l.due = at + int64(l.tries)*int64(lookupWait)
			list = append(list, Lookup{Incident: i.ID, TraceID: l.id, From: i.Onset.Add(-lookupSince), To: now.Add(skew)})
		}
	}
	return list
}

// choose adds the traces that are examples at present.
func (e *Engine) choose(i *incident) {
	for k := range i.Evidence {
		x := &i.Evidence[k]
		id, ok := traceOf(x)
		if !ok || len(i.lookups) >= maxLookups || i.lookup(id) != nil || e.hasLines(id) {
			continue
		}
		i.lookups = append(i.lookups, lookup{id: id, who: x.Entity})
	}
}

// lookup is that of a trace; nil if there is none.
func (i *incident) lookup(id [16]byte) *lookup {
	for k := range i.lookups {
		if i.lookups[k].id == id {
			return &i.lookups[k]
		}
	}
	return nil
}

// traceOf is the trace that an item of evidence is an example of.
func traceOf(x *event.Evidence) (id [16]byte, ok bool) {
	if x.Signal != event.SignalTrace || len(x.TraceID) != hex.EncodedLen(len(id)) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(x.TraceID))
	return id, err == nil && id != ([16]byte{})
}

// hasLines tells whether the trace's logs come here by themselves.
func (e *Engine) hasLines(id [16]byte) bool {
	tr, ok := e.traces.byID[id]
	return ok && len(tr.lines) > 0
}

// Found answers a lookup with what is in the store, in the order of time. It is
// shown as what the trace tells of whom its spans speak against: it moves no
// ranking, as the store was asked for bad traces only, and corroborates nothing,
// as a span and a log of one trace are one.
func (e *Engine) Found(l Lookup, logs []Log, now time.Time) {
	for _, i := range e.incidents {
		asked := i.lookup(l.TraceID)
		if i.ID != l.Incident || asked == nil || asked.done {
			continue
		}
		asked.done = true
		for _, k := range telling(logs) {
			g := &logs[k]
			i.found = append(i.found, event.Evidence{
				Class: event.Inferred, Signal: event.SignalTrace, Entity: asked.who, TraceID: traceText(l.TraceID),
				Onset: g.At.UTC(), At: now.UTC(),
				Text: line("the log store has of this trace, by "+line(g.Entity.String(), 100)+": "+g.Text, 400),
			})
			i.decisive = "" // it is told at once
		}
	}
}

// telling are the first errors, or else the last line.
func telling(logs []Log) (list []int) {
	for k := range logs {
		if logs[k].Error && len(list) < maxFound {
			list = append(list, k)
		}
	}
	if len(list) == 0 && len(logs) > 0 {
		list = append(list, len(logs)-1)
	}
	return list
}

package rca

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// incident is one open incident.
type incident struct {
	event.Incident
	symptoms []symptom
	services map[*service]bool // that it touches: they learn no baseline
	agent    bool              // about an agent, and joined with nothing else
	settleAt int64
	ranked   []candidate
	emitted  int64                            // when
	told     float64                          // confidence as it was emitted last
	decisive string                           // what a decision rests on, as it was emitted last
	seen     map[*agentState]event.AgentState // failures seen while it was open
	ranks    map[*service]*profile.Rank       // what differs from the baseline, by service
	loads    map[*service]load                // around the onset
	rates    map[*instance]float64            // at which it answered before the onset
	compared comparison                       // by which that was found
	inferred int64                            // second in which that was found
	speaks   bool                             // something differs clearly
	lookups  []lookup                         // of traces whose logs did not come here
	found    []event.Evidence                 // by them
}

// open begins an incident with its first symptom.
func (e *Engine) open(s symptom, now int64) {
	if len(e.incidents) >= maxIncidents {
		e.stats.DroppedOther++
		return
	}
	onset := s.Onset
	h := fnv.New64a()
	fmt.Fprintf(h, "%s@%d", s.ID, onset.UnixNano())
	i := &incident{
		Incident: event.Incident{
			ID:     fmt.Sprintf("inc-%s-%08x", onset.UTC().Format("20060102T150405"), uint32(h.Sum64())),
			Status: event.IncidentOpen, Onset: onset, OpenedAt: time.Unix(0, now).UTC(),
		},
		services: map[*service]bool{},
		agent:    s.agent,
		settleAt: max(now, min(onset.UnixNano(), now)+int64(e.set.Settle)),
		seen:     map[*agentState]event.AgentState{},
	}
	i.Learning = now-e.began < int64(e.set.Learning)
	i.join(s)
	e.incidents = append(e.incidents, i)
}

// join adds a symptom.
func (i *incident) join(s symptom) {
	if len(i.symptoms) >= event.MaxSymptoms {
		return
	}
	i.symptoms = append(i.symptoms, s)
	if s.Onset.Before(i.Onset) {
		i.Onset = s.Onset
	}
	for _, t := range []*service{s.from, s.to} {
		if t != nil {
			i.services[t] = true
		}
	}
}

// alerts is how many of the symptoms are alerts.
func (i *incident) alerts() (n uint64) {
	for k := range i.symptoms {
		if i.symptoms[k].alert != "" {
			n++
		}
	}
	return n
}

// cause is the service that was ranked first; nil before.
func (i *incident) cause() *service {
	if len(i.ranked) == 0 {
		return nil
	}
	return i.ranked[0].svc
}

// measured are the symptoms that say when it is over. An alert's sender may take
// minutes to notice, so that it counts only where there is nothing else.
func (i *incident) measured() (list []*symptom) {
	for k := range i.symptoms {
		if i.symptoms[k].alert == "" {
			list = append(list, &i.symptoms[k])
		}
	}
	if len(list) == 0 {
		for k := range i.symptoms {
			list = append(list, &i.symptoms[k])
		}
	}
	return list
}

// follow brings open incidents up to date, and closes those that are over.
func (e *Engine) follow(now int64) {
	for _, i := range e.incidents {
		for k := range i.symptoms {
			i.symptoms[k].follow(e, now)
		}
		if i.Learning && now-e.began >= int64(e.set.Learning) {
			i.Learning = false
		}
		e.noteFailures(i)
		if i.Resolution = e.over(i, now); i.Resolution != "" {
			i.Status, i.ResolvedAt = event.IncidentResolved, time.Unix(0, now).UTC()
			for s := range i.services {
				s.leave(now - int64(e.set.ResolveAfter))
			}
		}
	}
}

// leave takes everything before a time as that of a fault that is over.
func (s *service) leave(fault int64) {
	s.fresh = max(s.fresh, fault)
	sec := fault/int64(time.Second) + 1
	for _, o := range s.ops {
		o.entry.over = sec
	}
	for _, d := range s.out {
		d.calls.over = sec
	}
	for _, d := range s.in {
		d.calls.over = sec
	}
}

// noteFailures keeps what was seen to fail during the incident, since a state
// that is mended must not make the ranking forget what was broken.
func (e *Engine) noteFailures(i *incident) {
	for _, st := range e.states {
		f := st.failed
		if f.At.IsZero() || f.At.Before(i.Onset.Add(-e.set.Guard)) {
			continue
		}
		if i.agent != f.Agent {
			continue
		}
		if old, ok := i.seen[st]; !ok || old.Status != event.AgentExited || f.Status == event.AgentExited {
			i.seen[st] = f
		}
	}
}

// over tells how the incident ended, if it has.
func (e *Engine) over(i *incident, now int64) event.Resolution {
	recovered := false
	for _, s := range i.measured() {
		silent := now - max(s.FreshAt.UnixNano(), i.OpenedAt.UnixNano())
		switch {
		case s.inBand > 0 && now-s.inBand >= int64(e.set.ResolveAfter) &&
			(s.series == nil || silent < int64(e.set.ResolveAfter)):
			recovered = true
		case s.alert != "" && e.alerts[s.alert].fires(now):
			return "" // its sender says a thing once, and then that it is over
		case silent >= int64(e.set.SilentAfter) && (s.state == nil || s.state.Status == event.AgentStopped):
		default:
			return ""
		}
	}
	if recovered {
		return event.ResolvedRecovered
	}
	return event.ResolvedSilent
}

// calm tells whether all that is measured is in band.
func (i *incident) calm() bool {
	for _, s := range i.measured() {
		if s.inBand == 0 {
			return false
		}
	}
	return true
}

// report ranks and returns what is to be emitted now.
func (e *Engine) report(now int64) []event.Incident {
	var out []event.Incident
	was := e.frozen()
	open := e.incidents[:0]
	for _, i := range e.incidents {
		if i.Status == event.IncidentOpen {
			open = append(open, i)
		}
		if now < i.settleAt || i.Revision == 0 && i.Status == event.IncidentOpen && now < e.due(i) || i.Revision == 0 && (i.calm() || i.Status == event.IncidentResolved) {
			if i.Status == event.IncidentResolved {
				e.stats.BriefAlerts += i.alerts()
			}
			continue // it may still pass without a word
		}
		if i.Status == event.IncidentOpen && !(i.calm() && i.Settled) {
			e.rank(i, now)
		}
		i.Settled = true
		e.explain(i, now)
		decisive := i.decision()
		surer := math.Abs(i.Confidence-i.told) >= 0.1
		if decisive == i.decisive && !surer && i.Status == event.IncidentOpen && now-i.emitted < int64(e.set.EmitInterval) {
			continue
		}
		i.decisive, i.emitted, i.told = decisive, now, i.Confidence
		i.Revision++
		out = append(out, i.Incident)
	}
	clear(e.incidents[len(open):])
	e.incidents = open
	if was && !e.frozen() {
		e.rec.thaw()
	}
	return out
}

// decision is everything that a change of may change what is done.
func (i *incident) decision() string {
	d := fmt.Sprint(i.Cause.Target, i.Cause.Kind, i.Status, i.Learning, len(i.Symptoms))
	for k := range i.symptoms {
		d += fmt.Sprint(i.symptoms[k].inBand > 0)
	}
	classes := map[event.Class]bool{}
	signals := map[event.Signal]bool{}
	for k := range i.Evidence {
		if i.Evidence[k].Entity.SameService(i.Cause.Target.Entity) {
			classes[i.Evidence[k].Class], signals[i.Evidence[k].Signal] = true, true
		}
	}
	for _, c := range []event.Class{event.Told, event.Seen, event.Inferred} {
		d += fmt.Sprint(classes[c])
	}
	for _, s := range []event.Signal{event.SignalAlert, event.SignalChange, event.SignalState, event.SignalMetric, event.SignalTrace, event.SignalLog} {
		d += fmt.Sprint(signals[s])
	}
	return d
}

// Drain returns every open incident once more, as it stands: the caller stops.
func (e *Engine) Drain(now time.Time) []event.Incident {
	n := e.arrive(now)
	out := e.Tick(now)
	sent := map[string]bool{}
	for k := range out {
		sent[out[k].ID] = true
	}
	for _, i := range e.incidents {
		if sent[i.ID] {
			continue
		}
		e.rank(i, n)
		e.explain(i, n)
		i.Revision++
		out = append(out, i.Incident)
	}
	return out
}

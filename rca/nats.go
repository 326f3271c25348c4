package rca

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// speaks is the least evidence in nats with which the profile has a say: below,
// it does not know yet, and the traces that went wrong are counted instead.
const speaks = 2

// infer compares the time since the onset with the baseline, once a second.
func (e *Engine) infer(i *incident) {
	if e.g.now-i.inferred < e.inferEvery(i) {
		return
	}
	i.inferred = e.g.now
	i.ranks = map[*service]*profile.Rank{}
	i.speaks = false
	i.compared = e.rec.since(i.Onset)
	for _, s := range e.g.services {
		if e.silent(i, s) {
			i.compared.now.Silence(s.id)
		}
	}
	if !e.late(i) {
		i.compared.now.Untimed()
	}
	for _, r := range profile.Ranking(i.compared.now, i.compared.bases...) {
		if s := e.g.byID[r.Node]; s != nil {
			i.ranks[s] = &r
			i.speaks = i.speaks || r.Score >= speaks
		}
	}
}

// silent tells whether a service that used to answer is heard no more: its telemetry
// has had the time in which any trace is complete, and chance explains what is
// missing since as seldom as improbable says.
func (e *Engine) silent(i *incident, s *service) bool {
	rate, heard := 0.0, int64(0)
	for _, inst := range s.sortedInstances() {
		rate += e.servedBefore(i, inst)
		heard = max(heard, inst.served.seen)
	}
	return rate*float64(e.g.now-heard-int64(e.set.TraceHold/time.Second)) >= improbable
}

// unusual is the instance of a service that is out of line with what is usual,
// and with its siblings; nil if none is, or more than one.
func (e *Engine) unusual(i *incident, s *service) *instance {
	list := profile.Instances(i.compared.now, s.id, i.compared.bases...)
	if len(list) < 2 || list[0].X-list[1].X < speaks || list[0].Apart < speaks {
		return nil
	}
	for _, inst := range s.instances {
		if inst.id == list[0].Instance {
			return inst
		}
	}
	return nil
}

// inferEvery is how many seconds a comparison stands: one, and more for old
// incidents and for many at once, since each costs a walk through the profile.
func (e *Engine) inferEvery(i *incident) int64 {
	every := 1 + int64(len(e.incidents)/4)
	if e.g.now-i.OpenedAt.Unix() > 2*pending {
		every += 10
	}
	return every
}

// inner names what inside a service is to blame: the lines between which it
// went another way, a metric, the network, an operation. A metric that left its
// normal explains slow answers of any sort, since who is starved lets callers
// wait as well. It is empty where nothing was found.
func (e *Engine) inner(r *profile.Rank) string {
	if r == nil {
		return ""
	}
	t, x := r.Transition, r.Time
	switch {
	case t != nil && r.T >= max(r.L, r.M) && r.T >= speaks:
		return e.transition(t)
	case r.Metric != nil && r.M >= speaks:
		return "metric " + e.g.names.Text(r.Metric.Metric)
	case x != nil && r.L >= speaks && x.Kind == profile.SegmentSelf:
		return "operation " + e.g.names.Text(x.Op)
	case x != nil && r.L >= speaks:
		return "network"
	}
	return ""
}

// differs tells the strongest difference in one line.
func (e *Engine) differs(r *profile.Rank) string {
	switch {
	case r == nil || r.Score < speaks:
		return ""
	case r.Transition != nil && r.T >= max(r.L, r.M):
		return e.transition(r.Transition)
	case r.Metric != nil && r.M >= speaks:
		return e.whyMetric(r.Metric)
	case r.Time != nil:
		return e.whyTime(r.Time)
	}
	return ""
}

func (e *Engine) whyMetric(x *profile.MetricEvidence) string {
	return fmt.Sprintf("%s is up to %.4g, usually %.4g", e.g.names.Text(x.Metric), x.Now, x.Usual)
}

// ofRank is the evidence of what differs. All that traces and their lines show is
// of one signal, since it is of the same requests.
func (e *Engine) ofRank(i *incident, c *candidate, who event.Entity, at time.Time) (list []event.Evidence) {
	r := c.rank
	if r == nil {
		return nil
	}
	add := func(signal event.Signal, nats float64, text string, observed, expected float64) {
		if nats >= speaks {
			list = append(list, event.Evidence{
				Class: event.Inferred, Signal: signal, Entity: who, At: at, Onset: i.Onset, Observed: observed, Expected: expected,
				Text: line(fmt.Sprintf("%s (%.1f nats)", text, nats), 600),
			})
		}
	}
	if t := r.Transition; t != nil {
		add(event.SignalTrace, r.T-r.Explained, e.transition(t), t.CameIs, t.CameWas)
	}
	if x := r.Time; x != nil {
		add(event.SignalTrace, r.L, e.whyTime(x), x.IsAbove, x.WasAbove)
	}
	if x := r.Metric; x != nil {
		add(event.SignalMetric, r.M, e.whyMetric(x), x.Now, x.Usual)
	}
	return list
}

// transition tells what followed before, and what follows now.
func (e *Engine) transition(t *profile.ContextEvidence) string {
	text := e.symbolNames(t)
	var what string
	switch from := text(t.From); {
	case t.Family == profile.FamilyStatus && t.From == profile.Start:
		what = quote(e.g.names.Text(t.Op)) + " ended"
	case t.Family == profile.FamilyStatus:
		what = quote(e.g.names.Text(t.Op)) + " after a failed call ended"
	case t.Family == profile.FamilyAnswer:
		what = "calls from " + quote(e.g.names.Text(t.Caller)) + " ended"
	case t.From == profile.Start:
		what = "after " + quote(e.g.names.Text(t.Op)+" start") + " came"
	default:
		what = "after " + quote(from) + " came"
	}
	return fmt.Sprintf("%s %s (%.0f %%, now %.0f %%), now %s (%.0f %%, was %.0f %%)", what,
		quote(text(t.Lost)), 100*t.LostWas, 100*t.LostIs, quote(text(t.Came)), 100*t.CameIs, 100*t.CameWas)
}

func quote(s string) string { return strconv.Quote(strings.TrimSpace(line(s, 80))) }

// symbolNames returns a function that names the symbols of a context. Those of
// calls and of failures are made of others, so that these are tried.
func (e *Engine) symbolNames(t *profile.ContextEvidence) func(profile.ID) string {
	names := map[profile.ID]string{}
	note := func(id profile.ID, text string) {
		names[id] = text
		names[profile.Combine(id, profile.Failed)] = text + " (failed)"
	}
	if s := e.g.byID[t.Node]; s != nil && t.Family == profile.FamilyCalls {
		for _, op := range s.ops {
			note(profile.Combine(s.id, op.id), op.name)
			for callee := range s.out {
				note(profile.Combine(callee.id, op.id), callee.entity.Service+" "+op.name)
			}
		}
		for callee := range s.out {
			for _, op := range callee.ops {
				note(profile.Combine(callee.id, op.id), callee.entity.Service+" "+op.name)
			}
		}
	}
	for _, o := range e.rec.outcomes {
		note(profile.Unanswered(o), "no answer: "+e.g.names.Text(o))
	}
	for _, id := range []profile.ID{t.From, t.Lost, t.Came} {
		if text := e.g.names.Text(id); text != "?" {
			note(id, text)
		}
	}
	return func(id profile.ID) string {
		if text, ok := names[id]; ok {
			return text
		}
		return e.g.names.Text(id)
	}
}

// whyTime tells of a time that grew.
func (e *Engine) whyTime(x *profile.SegmentEvidence) string {
	what := "own time of " + e.g.names.Text(x.Op)
	switch x.Kind {
	case profile.SegmentGap:
		what = "time between " + e.g.names.Text(x.From) + " and " + e.g.names.Text(x.To)
	case profile.SegmentCall:
		what = "calls of " + e.g.names.Text(x.From) + " to " + e.g.names.Text(x.To)
	}
	return fmt.Sprintf("%s: %.0f %% take over %s, before %.0f %% (usually %s)", what, 100*x.IsAbove,
		time.Duration(x.Over*1e9).Round(10*time.Microsecond), 100*x.WasAbove, time.Duration(x.Usual*1e9).Round(10*time.Microsecond))
}

package rca

import (
	"math"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Metrics by what they tell of. Names differ by library, these words hardly.
type metricFamily uint8

const (
	familyOther metricFamily = iota
	familyCPU
	familyMemory
)

func familyOf(metric string) metricFamily {
	m := strings.ToLower(metric)
	switch {
	case containsAny(m, "alloc", "gc", "limit", "goal", "virtual", "fault"):
		return familyOther // a flow or a setting, and not how much is held
	case containsAny(m, "memory", "heap", "rss", "resident", "mem.", "_mem_"):
		return familyMemory
	case containsAny(m, "cpu"):
		return familyCPU
	}
	return familyOther
}

// tellsOfCalls tells whether a metric is about requests, or their volume, and not
// about what they use up: a victim shows it as much as its cause.
func tellsOfCalls(metric string) bool {
	return containsAny(strings.ToLower(metric), "latency", "duration", "response", "elapsed", "request", "success", "error", "workload", "throughput", "http", "rpc",
		"network", "receive", "transmit", "packet")
}

// lookUp finds what states, anomalies, alerts say about a candidate.
func (e *Engine) lookUp(i *incident, c *candidate) {
	for st, f := range i.seen {
		if c.covers(e.named(f.Entity)) && (c.state == nil || worse(f, *c.state)) && !e.stopped(st) {
			f := f
			c.state = &f
		}
	}
	for _, a := range e.anomalies {
		if !c.covers(a.Entity) || !around(a, i) {
			continue
		}
		slot := &c.other
		switch family := familyOf(a.Metric); {
		case family == familyOther:
		case a.Score < 0 || grown(a) < materialGrowth:
			continue // less of it, or hardly more, slows nothing down
		case family == familyCPU:
			slot = &c.cpu
		case heldMore(a) < materialBytes:
			continue // stacks and tables of a busy process; no machine is short of so little
		default:
			slot = &c.memory
		}
		if *slot == nil || stronger(a, *slot) {
			*slot = a
		}
	}
	for _, a := range e.alerts {
		if n := e.named(a.Entity); a.Status == event.AlertFiring && c.svc.entity == n.OfService() &&
			(c.inst == nil) == (n.Instance == "") && c.covers(n) &&
			(c.alert == nil || a.Fingerprint < c.alert.Fingerprint) {
			c.alert = &a.Alert
		}
	}
}

// covers tells whether something told of n is about the candidate: about the
// instance itself, or about the service where the candidate is one as a whole.
func (c *candidate) covers(n event.Entity) bool {
	if !c.svc.entity.SameService(n) {
		return false
	}
	return c.inst == nil && n.Instance == "" || c.inst != nil && (c.inst.entity.Instance == n.Instance || n.Instance == "" && len(c.svc.instances) == 1)
}

// stopped tells whether it was a person or a plan in the end.
func (e *Engine) stopped(s *agentState) bool { return s.Status == event.AgentStopped }

func worse(a, b event.AgentState) bool {
	if (a.Status == event.AgentExited) != (b.Status == event.AgentExited) {
		return a.Status == event.AgentExited
	}
	return a.At.After(b.At)
}

func stronger(a, b *event.Anomaly) bool {
	x, y := math.Abs(a.Score), math.Abs(b.Score)
	if x != y {
		return x > y
	}
	return a.Metric+a.Aspect < b.Metric+b.Aspect
}

// materialGrowth is how many times the expected value must be observed of a
// processor or a memory to mean anything.
const materialGrowth = 1.3

// materialBytes is how many more of them a process must hold.
const materialBytes = 8 << 20

// bytesOf are the units of amounts, by the code for units that OpenTelemetry uses.
var bytesOf = map[string]float64{"By": 1, "KiBy": 1 << 10, "MiBy": 1 << 20, "GiBy": 1 << 30, "kBy": 1e3, "MBy": 1e6, "GBy": 1e9}

// heldMore is how many bytes are observed above what is expected: no end of them if
// the metric is a share, or names no unit.
func heldMore(a *event.Anomaly) float64 {
	if unit, ok := bytesOf[a.Unit]; ok {
		return (a.Observed - a.Expected) * unit
	}
	return math.Inf(1)
}

// grown is how many times the expected value was observed.
func grown(a *event.Anomaly) float64 {
	if a.Expected <= 0 {
		return math.Inf(1)
	}
	return a.Observed / a.Expected
}

// around tells whether an anomaly belongs to the time of the incident. Memory
// may have grown for minutes before it hurt.
func around(a *event.Anomaly, i *incident) bool {
	lead := time.Minute
	if familyOf(a.Metric) == familyMemory {
		lead = 5 * time.Minute
	}
	return !a.Onset.Before(i.Onset.Add(-lead)) && (a.End == "" || a.At.After(i.Onset))
}

// releases proposes services whose release or configuration was changed just
// before they went wrong. All instances that run the new release must be hit,
// where that is known: else it is the instance and not the release.
func (e *Engine) releases(i *incident, list []candidate) (more []candidate) {
	for k := range e.changes {
		ch := &e.changes[k]
		if ch.Kind != event.ChangeRelease && ch.Kind != event.ChangeConfig || ch.At.After(i.Onset.Add(time.Second)) ||
			ch.At.Before(i.Onset.Add(-e.set.ChangeWindow)) || e.reverted(ch) {
			continue
		}
		c := candidate{change: ch}
		hit, spared, rolledUp := 0, 0, false
		for j := range list {
			o := &list[j]
			if !o.svc.entity.SameService(e.named(ch.Entity)) {
				continue
			}
			c.svc = o.svc
			for m := range o.traces {
				c.traces[m] += o.traces[m]
			}
			c.weight, c.share = c.weight+o.weight, c.share+o.share
			if o.rank != nil {
				c.rank = o.rank
			}
			if o.state != nil && (c.state == nil || worse(*o.state, *c.state)) {
				c.state = o.state
			}
			if strength(o.cpu) > strength(c.cpu) {
				c.cpu = o.cpu
			}
			if strength(o.memory) > strength(c.memory) {
				c.memory = o.memory
			}
			differs := o.rank != nil && o.rank.Score >= speaks
			switch {
			case o.inst == nil && (o.weight > 0 || differs):
				rolledUp = true // all of them, see rollUp
			case o.inst == nil:
			case o.weight > 0 || o.state != nil || differs:
				hit++
			case ch.Kind == event.ChangeRelease && e.runs(o.inst, ch.To):
				spared++
			}
		}
		if c.svc != nil && (c.weight > 0 || c.rank != nil && c.rank.Score >= speaks) && (rolledUp || hit > spared) {
			more = append(more, c)
		}
	}
	return more
}

// runs tells whether the instance is known to serve that release.
func (e *Engine) runs(inst *instance, release string) bool {
	st := e.stateOf(inst.entity)
	return st != nil && st.Release == release && release != "" && st.Status == event.AgentHealthy && inst.served.seen >= e.g.now-5
}

// reverted tells whether a later change of the same entity took it back.
func (e *Engine) reverted(ch *event.Change) bool {
	for k := range e.changes {
		o := &e.changes[k]
		if o.Entity.SameService(ch.Entity) && o.At.After(ch.At) && (o.Kind == event.ChangeRollback || o.Kind == ch.Kind) {
			return o.To == ch.From && ch.From != ""
		}
	}
	return false
}

// overload proposes the entry service if its load rose before anything hurt. It
// comes before everything that was inferred, and before probes that began to
// fail later, but not before an instance that ended or failed by itself.
func (e *Engine) overload(i *incident, list []candidate) []candidate {
	var best *candidate
	for _, s := range e.g.sorted() {
		if !s.entry() || !i.reaches(s) {
			continue
		}
		if l := e.loadOf(i, s); l.rose && (best == nil || l.peak > best.loadTo) {
			best = &candidate{svc: s, kind: event.KindOverload, loadFrom: l.before, loadTo: l.peak, score: pointsOverload}
		}
	}
	if best == nil {
		return list
	}
	for k := range list {
		c := &list[k]
		switch {
		case c.state != nil && c.state.Status == event.AgentExited:
		case c.state != nil && c.state.Since.Before(i.Onset.Add(-time.Second)):
		default:
			if c.state != nil && c.inst != nil {
				c.score -= pointsUnhealthy
			}
			best.score = max(best.score, c.score+1.5)
		}
	}
	return append(list, *best)
}

// reaches tells whether anything that hurts lies at or below the service.
func (i *incident) reaches(s *service) bool {
	below := map[*service]bool{}
	downstream(s, below)
	for k := range i.symptoms {
		if below[i.symptoms[k].to] || below[i.symptoms[k].from] {
			return true
		}
	}
	return false
}

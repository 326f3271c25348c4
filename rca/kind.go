package rca

import (
	"fmt"
	"math"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// name decides what is wrong with a candidate, and says why in one line.
func (e *Engine) name(i *incident, c *candidate) {
	if c.kind == "" {
		c.kind = e.kindOf(i, c)
	}
	c.differs = e.differs(c.rank)
	c.why = c.reason(c.kind)
}

func (e *Engine) kindOf(i *incident, c *candidate) event.Kind {
	mode := c.dominant()
	if c.few(c.rank) && c.state == nil && c.change == nil && !c.svc.external && c.resource() == "" && !e.stoppedOnPurpose(c) {
		return e.kindOfRank(c.rank)
	}
	switch {
	case c.svc.external:
		return event.KindDependency
	case c.change != nil && c.change.Kind == event.ChangeConfig:
		return event.KindBadConfig
	case c.change != nil:
		return event.KindBadRelease
	case e.stoppedOnPurpose(c):
		return event.KindUnknown
	case c.state != nil && c.state.Status == event.AgentExited:
		return event.KindCrash
	case c.state != nil && mode == originError && c.traces[originError] > 0:
		return event.KindErrors
	case c.resource() != "" && (mode == originSlow || mode == originTimeout):
		return c.resource()
	case mode == originSlow && c.traces[originSlow] > 0:
		if r := c.rank; r != nil && r.L >= speaks && r.Time.Kind == profile.SegmentGap {
			return event.KindNetwork // or a queue before it; not what it does itself
		}
		return event.KindSlow
	case c.state != nil:
		return event.KindHang
	case mode == originTimeout && c.inst != nil && e.answers(i, c.inst):
		return event.KindSlow
	case mode == originTimeout && c.traces[originTimeout] > 0:
		return event.KindHang
	case mode == originUnreachable && c.traces[originUnreachable] > 0:
		return event.KindCrash
	case c.traces[originError]+c.traces[originHandled] > 0:
		return event.KindErrors
	case c.resource() != "":
		return c.resource()
	}
	return e.kindOfRank(c.rank)
}

// kindOfRank reads the kind from what differs from the baseline.
func (e *Engine) kindOfRank(r *profile.Rank) event.Kind {
	switch {
	case r == nil || r.Score < speaks:
		return event.KindUnknown
	case r.Transition != nil && r.T >= max(r.L, r.M):
		t := r.Transition
		failure := FailureNone
		switch {
		case t.Silent:
			failure = FailureUnreachable
		case t.Ended != 0:
			failure = e.rec.failureOf(t.Ended)
		case t.Family == profile.FamilyAnswer:
			failure = e.rec.failureOf(t.Came)
		}
		switch failure {
		case FailureTimeout, FailureCancelled:
			return event.KindHang
		case FailureUnreachable:
			return event.KindCrash
		}
		return event.KindErrors
	case r.Metric != nil && r.M >= speaks:
		switch familyOf(e.g.names.Text(r.Metric.Metric)) {
		case familyCPU:
			return event.KindCPU
		case familyMemory:
			return event.KindMemory
		}
		return event.KindSlow
	case r.Time != nil && r.Time.Kind == profile.SegmentGap:
		return event.KindNetwork
	}
	return event.KindSlow
}

// few tells whether the traces that went wrong here are few beside those that
// differ from the baseline: then these say what is wrong.
func (c *candidate) few(r *profile.Rank) bool {
	if r == nil || r.Score < speaks {
		return false
	}
	differ := 0.0
	switch {
	case r.Transition != nil && r.T >= max(r.L, r.M):
		differ = r.Transition.TraceIs * r.Transition.CameIs
	case r.Time != nil && r.L > 0:
		differ = r.Time.Traces * r.Time.IsAbove
	}
	return c.weight < minExplains && c.weight < differ || c.weight < differ/10
}

// resource is memory or CPU, if one of them is clearly more than it was. If both
// are, the one that was so first: a leak costs the processor in the end, for its
// collector, and a busy loop lets requests, and what they hold, pile up. If
// neither was first, memory, unless the processor stands out more.
func (c *candidate) resource() event.Kind {
	memory, cpu := strength(c.memory), strength(c.cpu)
	if memory >= clearly && cpu >= clearly {
		switch lead := c.memory.Onset.Sub(c.cpu.Onset); {
		case lead >= time.Second:
			return event.KindCPU
		case lead <= -time.Second:
			return event.KindMemory
		}
	}
	switch {
	case memory >= clearly && memory >= cpu:
		return event.KindMemory
	case cpu >= clearly:
		return event.KindCPU
	}
	return ""
}

// clearly is the least strength of an anomaly that names a kind.
const clearly = 0.3

func (c *candidate) dominant() originMode {
	best := originError
	for _, m := range []originMode{originTimeout, originUnreachable, originSlow} {
		if c.traces[m] > c.traces[best] {
			best = m
		}
	}
	return best
}

// answers tells whether the instance goes on answering a good part of its load
// well: what hangs does not.
func (e *Engine) answers(i *incident, inst *instance) bool {
	onset := i.Onset.Unix()
	before := e.servedBefore(i, inst)
	from, to := max(onset+1, e.g.now-8), e.g.now-1
	if before == 0 || to < from {
		return false
	}
	c := inst.served.sum(from, to)
	return float64(c.n-c.bad)/float64(to-from+1) >= 0.25*before
}

func (e *Engine) stoppedOnPurpose(c *candidate) bool {
	if c.inst == nil {
		return false
	}
	st := e.stateOf(c.inst.entity)
	return st != nil && st.Status == event.AgentStopped
}

// reason is why, with numbers.
func (c *candidate) reason(k event.Kind) string {
	n := int(math.Round(c.weight))
	name := c.entity().Short()
	where := "no trace shows it yet"
	if c.differs != "" {
		where = c.differs
	}
	if n > 0 {
		where = fmt.Sprintf("%s (%.0f %%) went wrong there", number(n, "trace"), 100*c.share)
	}
	switch k {
	case event.KindOverload:
		return fmt.Sprintf("requests rose from %.3g to %.3g a second before anything else happened", c.loadFrom, c.loadTo)
	case event.KindNeighbour:
		return "several services of host " + c.host + " are slow together; " + where
	case event.KindBadConfig:
		return fmt.Sprintf("a configuration came %s; %s since", c.change.At.UTC().Format("15:04:05"), where)
	case event.KindBadRelease:
		return fmt.Sprintf("release %s came %s; %s since", c.change.To, c.change.At.UTC().Format("15:04:05"), where)
	case event.KindCrash:
		if c.state != nil {
			return name + " ended" + reason(c.state.Reason) + "; " + where
		}
		if r := c.rank; r != nil && r.Transition != nil && r.Transition.Silent {
			return name + " is heard no more; " + where
		}
		return "calls to " + name + " find no connection; " + where
	case event.KindHang:
		if c.state != nil {
			return name + " fails its probe" + reason(c.state.Reason) + "; " + where
		}
		return "calls to " + name + " get no answer; " + where
	case event.KindCPU, event.KindMemory:
		a := c.cpu
		if k == event.KindMemory {
			a = c.memory
		}
		if a != nil {
			return fmt.Sprintf("%s is %.4g, expected %.4g; %s", a.Metric, a.Observed, a.Expected, where)
		}
	case event.KindDependency:
		return "calls to " + name + ", which sends no telemetry, fail or are slow; " + where
	case event.KindUnknown:
		return "it is not clear what is wrong; " + where
	}
	return where
}

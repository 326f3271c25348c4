package healing

import (
	"fmt"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// unmatchedPatience is how long an incident that no policy matches may take to
// become one that a policy does, as its evidence grows, before a person is
// paged: several times the second in which a ranking settles.
const unmatchedPatience = 10 * time.Second

// consider asks the guards whether a requested step may be done now.
func (h *Healer) consider(r *Record, now time.Time, w *Work) {
	switch {
	case !r.touched() && r.Action.Incident.Resolution == event.ResolvedSilent:
		h.end(r, event.StateInconclusive, ReasonSilence, "it fell silent before anything was done", now, w)
		return
	case !r.touched() && r.Action.Incident.Status == event.IncidentResolved:
		h.end(r, event.StateSuperseded, ReasonSelfHealed, "it was over before anything was done", now, w)
		return
	case r.Action.Policy == Unmatched && now.Sub(r.Received) < unmatchedPatience:
		h.wait(r, wait(ReasonUnmatched, "no policy matches yet; the ranking may still change"), now, w)
		return
	case len(r.Action.Steps) == 0:
		h.end(r, event.StateEscalated, ReasonNoStep, "the policy leaves this to a person", now, w)
		return
	case now.After(r.Action.Expires):
		h.end(r, event.StateExpired, ReasonExpired, "no newer evidence came; it waited for: "+waitedFor(r), now, w)
		return
	case !slices.Contains(h.executors, r.step().Executor):
		h.end(r, event.StateRefused, ReasonNoExecutor,
			fmt.Sprintf("the healer has no executor %q; add it to `executors`", r.step().Executor), now, w)
		return
	}
	for _, g := range guards {
		if stop := g(h, r, now); !stop.clear() {
			h.heed(r, stop, now, w)
			return
		}
	}
	if r.Action.Mode != event.ModeAct {
		h.end(r, event.StateRefused, ReasonDryRun, "", now, w)
		return
	}
	h.act(r, now, w)
}

// heed does what a guard that did not clear says.
func (h *Healer) heed(r *Record, stop hold, now time.Time, w *Work) {
	switch {
	case stop.wait:
		h.wait(r, stop, now, w)
	case stop.reason == ReasonPerson:
		h.end(r, event.StateSuperseded, stop.reason, stop.text, now, w)
	case stop.reason == ReasonOtherLife:
		h.watch(r, r.Target, stop.text, now, w)
	default:
		h.end(r, event.StateRefused, stop.reason, stop.text, now, w)
	}
}

// wait notes what a record waits for, and journals it when that changes.
func (h *Healer) wait(r *Record, stop hold, now time.Time, w *Work) {
	if r.Reason == stop.reason {
		return
	}
	r.move(event.StateRequested, stop.reason, stop.text, now)
	w.Records = append(w.Records, r.copy())
	if stop.reason == ReasonApproval {
		w.Outcomes = append(w.Outcomes, r.outcome(now))
	}
}

// act approves the step and hands it out. Both transitions are journalled
// before the order leaves, in one record.
func (h *Healer) act(r *Record, now time.Time, w *Work) {
	r.move(event.StateApproved, "", "every guard is clear", now)
	r.Key = r.key()
	r.Keys = append(r.Keys, r.Key)
	r.Acted, r.Effect, r.Proven, r.Now, r.Untouched = now, time.Time{}, time.Time{}, event.Target{}, false
	r.move(event.StateExecuting, "", "", now)
	w.Records = append(w.Records, r.copy())
	w.Outcomes = append(w.Outcomes, r.outcome(now))
	w.Orders = append(w.Orders, Assignment{r.step().Executor, r.order()})
}

// watch leaves the target to whoever was faster and verifies what they did.
// seen is what is known of it beyond the inventory.
func (h *Healer) watch(r *Record, seen event.Target, text string, now time.Time, w *Work) {
	r.Untouched, r.Proven = true, time.Time{}
	r.Now, r.Effect = seen, now
	if s, u := h.fleet.sight(r.Target); s == sightedOther {
		r.Now, r.Effect = u.Target, between(time.Time{}, u.Started, now)
	}
	r.VerifyBy = now.Add(time.Duration(r.step().VerifyWithin))
	r.move(event.StateVerifying, ReasonOtherLife, text, now)
	w.Records = append(w.Records, r.copy())
}

func waitedFor(r *Record) string {
	if r.Reason == "" {
		return "nothing yet"
	}
	return string(r.Reason)
}

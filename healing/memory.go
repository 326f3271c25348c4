package healing

import (
	"time"

	"github.com/otelheal/otelheal/event"
)

// underRepair tells whether something is being done to the target, or was and
// is not proven yet.
func (r *Record) underRepair() bool {
	return r.State == event.StateExecuting || r.State == event.StateVerifying && r.touched()
}

// actedOn counts the steps handed out on the entity, or what overlaps it, since t.
func (h *Healer) actedOn(e event.Entity, since time.Time) int {
	n := 0
	for _, r := range h.records {
		if overlap(r.Action.Target.Entity, e) && r.Acted.After(since) {
			n += len(r.Keys)
		}
	}
	return n
}

// actedSince counts all steps handed out since t.
func (h *Healer) actedSince(t time.Time) int {
	n := 0
	for _, r := range h.records {
		if r.Acted.After(t) {
			n += len(r.Keys)
		}
	}
	return n
}

// lastActedOn is when a step was handed out on the entity last; zero if never.
func (h *Healer) lastActedOn(e event.Entity) (last time.Time) {
	for _, r := range h.records {
		if r.touched() && overlap(r.Action.Target.Entity, e) && r.Acted.After(last) {
			last = r.Acted
		}
	}
	return last
}

// over tells whether what was asked for is proven, or needs nothing any more: one
// fault healed after another is no storm, and has the budget to stop it.
func (r *Record) over() bool {
	return r.State == event.StateSucceeded || r.State == event.StateSuperseded
}

// watchStorm starts a storm when too many targets ask at once, and prolongs it
// while new ones do.
func (h *Healer) watchStorm(now time.Time) {
	var targets []event.Entity
	since, newest := now.Add(-h.limits.StormWindow), time.Time{}
	for _, r := range h.records {
		if r.Received.Before(since) || len(r.Action.Steps) == 0 || r.over() {
			continue
		}
		seen := false
		for _, t := range targets {
			seen = seen || overlap(t, r.Action.Target.Entity)
		}
		if !seen {
			targets = append(targets, r.Action.Target.Entity)
			newest = r.Received
		}
	}
	if len(targets) > h.limits.Storm || now.Before(h.stormUntil) && len(targets) > 0 {
		if until := newest.Add(h.limits.StormWindow); until.After(h.stormUntil) {
			h.stormUntil = until
		}
	}
}

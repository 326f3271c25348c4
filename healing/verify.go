package healing

import (
	"time"

	"github.com/otelheal/otelheal/event"
)

// verify looks for the proof of recovery (rule 2) and gives it its time.
func (h *Healer) verify(r *Record, now time.Time, w *Work) {
	if h.takenOver(r, now, w) {
		return
	}
	reason, text := proven(r, &h.fleet)
	if reason == "" {
		h.holdProof(r, now, w)
		return
	}
	if !r.Proven.IsZero() || r.Reason != reason {
		r.Proven, r.Reason = time.Time{}, reason
		w.Records = append(w.Records, r.copy())
	}
	if now.Before(r.VerifyBy) {
		return
	}
	switch {
	case reason == ReasonNotRecovered && r.Untouched:
		h.end(r, event.StateEscalated, reason, text, now, w)
	case reason == ReasonNotRecovered:
		h.next(r, event.StateEscalated, reason, text, now, w)
	default:
		// What is not known is never a reason for the next destructive step.
		h.end(r, event.StateInconclusive, reason, text, now, w)
	}
}

// holdProof ends the action once the proof has held for long enough. An
// incident that rca resolved as recovered was followed for longer than that.
func (h *Healer) holdProof(r *Record, now time.Time, w *Work) {
	if r.Proven.IsZero() {
		r.Proven, r.Reason = now, ReasonHolding
		w.Records = append(w.Records, r.copy())
	}
	if now.Sub(r.Proven) < time.Duration(r.step().Hold) {
		return
	}
	if r.Untouched {
		h.end(r, event.StateSuperseded, ReasonOtherLife, "", now, w)
		return
	}
	h.end(r, event.StateSucceeded, ReasonProven, "", now, w)
}

// takenOver is rule 6 after the effect: a target that a person stopped, or that
// has begun another life since, is no longer ours to judge.
func (h *Healer) takenOver(r *Record, now time.Time, w *Work) bool {
	t := r.Now
	if r.Untouched || t.Entity.Instance == "" || t.Incarnation == "" {
		return false
	}
	switch s, u := h.fleet.sight(t); s {
	case sightedStopped:
		h.end(r, event.StateSuperseded, ReasonPerson, u.Target.Entity.String()+" was stopped on purpose", now, w)
		return true
	case sightedOther:
		r.Untouched, r.Now, r.Effect, r.Proven = true, u.Target, u.Started, time.Time{}
		r.move(event.StateVerifying, ReasonOtherLife, "somebody started it anew: "+string(u.Target.Incarnation), now)
		w.Records = append(w.Records, r.copy())
	}
	return false
}

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

// holdProof ends the action once the proof has held for long enough: by the
// clock, for the probe, and by samples, since one good sample and then nothing
// is silence. An incident that rca resolved as recovered was followed for longer.
func (h *Healer) holdProof(r *Record, now time.Time, w *Work) {
	i, hold := &r.Action.Incident, time.Duration(r.step().Hold)
	if r.Proven.IsZero() {
		r.Proven, r.ProvenBy, r.Reason = now, freshness(i), ReasonHolding
		w.Records = append(w.Records, r.copy())
	}
	if now.Sub(r.Proven) < hold {
		return
	}
	if f := freshness(i); !f.IsZero() && f.Sub(r.ProvenBy) < hold && i.Resolution != event.ResolvedRecovered {
		if now.After(r.VerifyBy.Add(2 * hold)) { // one to hold, one for samples to arrive
			h.end(r, event.StateInconclusive, ReasonSilence, "no sample confirmed the proof for "+hold.String(), now, w)
		}
		return
	}
	if r.Untouched {
		h.end(r, event.StateSuperseded, ReasonOtherLife, "", now, w)
		return
	}
	h.end(r, event.StateSucceeded, ReasonProven, "", now, w)
}

// later tells whether t is after the effect, or not known: what an inventory
// says from before it, gathered while the effect completed, is no news.
func later(t, effect time.Time) bool { return t.IsZero() || t.After(effect) }

// takenOver is rule 6 after the effect: a target that a person stopped, or that
// has begun another life since, is no longer ours to judge.
func (h *Healer) takenOver(r *Record, now time.Time, w *Work) bool {
	t := r.Now
	if t.Entity.Instance == "" || t.Incarnation == "" {
		return false
	}
	s, u := h.fleet.sight(t)
	switch {
	case s == sightedStopped && later(u.Since, r.Effect):
		h.end(r, event.StateSuperseded, ReasonPerson, u.Target.Entity.String()+" was stopped on purpose", now, w)
		return true
	case s == sightedOther && later(u.Started, r.Effect):
		r.Untouched, r.Now, r.Proven = true, u.Target, time.Time{}
		r.Effect = between(r.Effect, u.Started, now)
		r.move(event.StateVerifying, ReasonOtherLife, "somebody started it anew: "+string(u.Target.Incarnation), now)
		w.Records = append(w.Records, r.copy())
	}
	return false
}

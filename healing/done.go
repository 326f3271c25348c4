package healing

import (
	"cmp"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// maxVain is how often a step is handed out again after an executor said that
// nothing had happened, as after a restart of the healer between the journal
// and the effect. More than a few times is no accident.
const maxVain = 3

// Done takes an executor's answer to an order or a look-up.
func (h *Healer) Done(id, key string, res Result, now time.Time) Work {
	var w Work
	r, ok := h.byID[id]
	if !ok || r.State != event.StateExecuting || r.Key != key {
		return w // an answer to what is over
	}
	switch res.Effect {
	case EffectDone:
		r.Effect, r.Now = between(r.Acted, res.At, now), res.Now
		r.VerifyBy = now.Add(time.Duration(r.step().VerifyWithin))
		r.move(event.StateVerifying, "", res.Detail, now)
		w.Records = append(w.Records, r.copy())
		w.Outcomes = append(w.Outcomes, r.outcome(now))
	case EffectSuperseded:
		r.untouch()
		h.watch(r, cmp.Or(res.Now, r.Target), res.Detail, now, &w)
	case EffectNone:
		// Certainly nothing happened: the guards decide anew whether it may.
		r.untouch()
		if r.Vain++; r.Vain > maxVain {
			h.end(r, event.StateRefused, ReasonByExecutor, res.Detail, now, &w)
			return w
		}
		r.move(event.StateRequested, "", res.Detail, now)
		w.Records = append(w.Records, r.copy())
	case EffectRefused:
		r.untouch()
		h.end(r, event.StateRefused, ReasonByExecutor, res.Detail, now, &w)
	case EffectFailed:
		r.Now = res.Now
		h.next(r, event.StateFailed, ReasonEffectFailed, res.Detail, now, &w)
	default:
		h.end(r, event.StateUnknown, ReasonEffectUnknown, res.Detail, now, &w)
	}
	return w
}

// between is t, or the nearest time from a to b. An effect without a time, or
// with one before its order, would let samples from before it pass as proof.
func between(a, t, b time.Time) time.Time {
	switch {
	case t.IsZero(), t.After(b):
		return b
	case t.Before(a):
		return a
	}
	return t
}

// untouch takes the key back of a step that certainly touched nothing.
func (r *Record) untouch() {
	r.Keys = slices.DeleteFunc(r.Keys, func(k string) bool { return k == r.Key })
	r.Key = ""
	if len(r.Keys) == 0 {
		r.Acted = time.Time{}
	}
}

// next goes to the next rung, or ends as given if there is none.
func (h *Healer) next(r *Record, end event.State, reason Reason, text string, now time.Time, w *Work) {
	if r.Step+1 >= len(r.Action.Steps) {
		h.end(r, end, reason, text, now, w)
		return
	}
	if r.Now.Entity.Service != "" {
		r.Target = r.Now
	}
	r.Step++
	r.ApprovedBy = ""
	r.move(event.StateRequested, reason, text, now)
	w.Records = append(w.Records, r.copy())
}

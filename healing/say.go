package healing

import (
	"fmt"
	"time"

	"github.com/otelheal/otelheal/event"
)

// pages tells whether a person is needed (rule 9): to approve, and at every end
// but one that is certainly good, or that was never meant to act.
func pages(s event.State, reason Reason) bool {
	switch s {
	case event.StateRequested:
		return reason == ReasonApproval
	case event.StateSucceeded, event.StateSuperseded:
		return false
	case event.StateRefused:
		return reason != ReasonDryRun
	}
	return s.Ended()
}

// end closes a record and says so.
func (h *Healer) end(r *Record, s event.State, reason Reason, text string, now time.Time, w *Work) {
	if s != event.StateSucceeded {
		for k := r.Step; k < len(r.Action.Steps); k++ {
			if k > r.Step || !r.stepTaken() {
				r.NotDone = append(r.NotDone, fmt.Sprintf("%s by %s", r.Action.Steps[k].Verb, r.Action.Steps[k].Executor))
			}
		}
	}
	r.move(s, reason, text, now)
	w.Records = append(w.Records, r.copy())
	w.Outcomes = append(w.Outcomes, r.outcome(now))
}

// stepTaken tells whether the rung at hand was handed out.
func (r *Record) stepTaken() bool { return len(r.Keys) > 0 && r.Keys[len(r.Keys)-1] == r.key() }

// outcome is the record's present state as an event.
func (r *Record) outcome(now time.Time) event.Outcome {
	return event.Outcome{
		ActionID:   r.Action.ID,
		IncidentID: r.Action.Incident.ID,
		State:      r.State,
		Step:       r.step().Verb,
		Target:     r.Target,
		Now:        r.Now,
		Reason:     string(r.Reason),
		Text:       clip(r.Say(), event.MaxText),
		Mode:       r.Action.Mode,
		Page:       pages(r.State, r.Reason),
		NotDone:    r.NotDone,
		At:         now,
	}
}

// Say puts the state in one line for people.
func (r *Record) Say() string {
	verb, target := r.step().Verb, r.Target.Entity
	detail := ""
	if n := len(r.History); n > 0 && r.History[n-1].Text != "" {
		detail = ": " + r.History[n-1].Text
	}
	switch r.State {
	case event.StateRequested:
		return fmt.Sprintf("%s of %s waits (%s)%s", verb, target, r.Reason, detail)
	case event.StateExecuting:
		return fmt.Sprintf("%s of %s begins", verb, r.Target)
	case event.StateVerifying:
		return fmt.Sprintf("%s of %s is done; now %s; looking for proof that it helped", verb, target, r.Now.Incarnation)
	case event.StateSucceeded:
		return fmt.Sprintf("%s of %s helped: proven for %s, %s after it was asked for",
			verb, target, r.step().Hold, r.Ended.Sub(r.Received).Round(time.Millisecond))
	case event.StateSuperseded:
		if r.touched() {
			return fmt.Sprintf("%s is left to whoever acted on it since (%s)%s", target, r.Reason, detail)
		}
		return fmt.Sprintf("nothing done to %s (%s)%s", target, r.Reason, detail)
	case event.StateRefused:
		if r.Reason == ReasonDryRun {
			return fmt.Sprintf("would have %s %s; to allow it: set `mode: act` in policy %q of the recovery exporter",
				past(verb), r.Target, r.Action.Policy)
		}
		return fmt.Sprintf("a person is needed: %s not acted on (%s)%s", target, r.Reason, detail)
	case event.StateEscalated:
		return fmt.Sprintf("a person is needed: %s (%s)%s", target, r.Reason, detail)
	}
	return fmt.Sprintf("a person is needed: %s of %s is %s (%s)%s", verb, target, r.State, r.Reason, detail)
}

// past is a verb as in "would have restarted".
func past(verb string) string {
	switch verb {
	case "restart":
		return "restarted"
	case "rollback":
		return "rolled back"
	case "degrade":
		return "degraded"
	}
	return "done " + verb + " to"
}

// clip cuts a text to n bytes at most, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

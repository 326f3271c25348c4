package judge

import (
	"fmt"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
)

// answered: the right action on the right life of the right target, or a page.
func answered(e *Episode, f *Finding) []string {
	want := e.Case.Answer()
	var breaches []string
	right := 0
	for _, o := range f.Orders {
		if why := wrongOrder(e, o); why != "" {
			breaches = append(breaches, why)
			continue
		}
		right++
	}
	switch {
	case want.Verb == "" && !f.Paged:
		breaches = append(breaches, "nobody was called, though only a person can help here")
	case want.Verb != "" && right == 0 && !(want.OrPage && f.Paged):
		breaches = append(breaches, fmt.Sprintf("no %s of %s was executed", want.Verb, where(e)))
	}
	return breaches
}

// wrongOrder says why an order that was given is not the right one.
func wrongOrder(e *Episode, o events.Outcome) string {
	want := e.Case.Answer()
	got := fmt.Sprintf("%s of %s was executed after %s", o.Step, o.Target.Entity, e.after(o.At))
	if o.Step != want.Verb {
		if want.Verb == "" {
			return got + ", though nothing may be touched here"
		}
		return got + ", where a " + want.Verb + " was right"
	}
	switch want.Touch {
	case fault.TouchInstance:
		if o.Target.Entity.Instance != e.Case.Instance {
			return got + ", but " + e.Case.Instance + " was broken"
		}
		life, ok := e.Record.Ledger.Incarnation(e.Case.Instance, e.Injected)
		if ok && o.Target.PID() != life.PID {
			return fmt.Sprintf("%s on incarnation %q, but process %d was broken", got, o.Target.Incarnation, life.PID)
		}
	case fault.TouchService:
		if o.Target.Entity.Service != e.Case.Service {
			return got + ", but " + e.Case.Service + " was broken"
		}
	case fault.TouchAgent:
		if o.Target.Entity.Instance != e.Shop.Agent {
			return got + ", but the node collector was broken"
		}
		life, ok := e.Record.Events.State(e.Shop.Agent, e.Injected)
		if ok && o.Target.Incarnation != life.Incarnation {
			return fmt.Sprintf("%s on incarnation %q, but %q was broken", got, o.Target.Incarnation, life.Incarnation)
		}
	}
	return ""
}

// restored: what was acted on became well, and otelheal did not say so earlier.
func restored(e *Episode, f *Finding) []string {
	if len(f.Orders) == 0 && f.Verified.IsZero() {
		return nil // a person was called: the harness heals by hand
	}
	var breaches []string
	switch {
	case f.Restored.IsZero() && f.Verified.IsZero():
		breaches = append(breaches, "the shop was not well again after "+e.after(e.Ended))
	case f.Restored.IsZero():
		breaches = append(breaches, fmt.Sprintf("verified after %s, but the witness saw no recovery", e.after(f.Verified)))
	case f.Verified.IsZero():
		breaches = append(breaches, fmt.Sprintf("restored after %s, but never verified (last word: %s)", e.after(f.Restored), lastWord(f)))
	case f.Verified.Before(f.Restored):
		breaches = append(breaches, fmt.Sprintf("verified after %s, before it was restored after %s", e.after(f.Verified), e.after(f.Restored)))
	}
	return breaches
}

// delivered: an acknowledgement is a promise.
func delivered(e *Episode, _ *Finding) []string {
	if len(e.Lost) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d records that the node collector had acknowledged did not arrive, the first is number %d",
		len(e.Lost), e.Lost[0])}
}

func lastWord(f *Finding) string {
	if len(f.Outcomes) == 0 {
		return "none"
	}
	o := f.Outcomes[len(f.Outcomes)-1]
	return o.State + ", " + o.Reason
}

// where is the place of the fault for people.
func where(e *Episode) string {
	switch {
	case e.Case.Kind == fault.Agent:
		return e.Shop.Agent
	case e.Case.Kind == fault.Load:
		return "the frontend"
	case e.Case.Instance != "":
		return e.Case.Instance
	}
	return e.Case.Service
}

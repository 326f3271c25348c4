package judge

import (
	"slices"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
)

// Finding is what the judge makes of an episode. A time that is zero is one
// that never came.
type Finding struct {
	Case      fault.Case
	Injected  time.Time
	Ended     time.Time
	Detected  time.Time // the incident was opened
	Acted     time.Time // the first order was given
	Restored  time.Time // the first of three good seconds began, says the witness
	Verified  time.Time // otelheal said: recovered
	Paged     bool
	Harmed    bool // the witness saw a bad second
	Incident  events.Incident
	Incidents int // that opened in the episode: one fault should give one
	Cause     events.Cause
	Grade     Grade
	Orders    []events.Outcome // what was executed
	Outcomes  []events.Outcome
	Lost      []int // numbered records that did not arrive
	Breaches  []string
}

// Judge compares the accounts of an episode.
func Judge(e *Episode) Finding {
	f := Finding{
		Case: e.Case, Injected: e.Injected, Ended: e.Ended,
		Orders: e.executed(), Outcomes: e.outcomes(), Lost: e.Lost,
	}
	f.incident(e)
	f.times(e)
	f.Grade = grade(e, f.Cause)
	for _, rule := range []func(*Episode, *Finding) []string{answered, restored, untouched, delivered} {
		f.Breaches = append(f.Breaches, rule(e, &f)...)
	}
	return f
}

// incident finds the incident of the episode: that which was acted on first,
// else that for which a person was called, else the first.
func (f *Finding) incident(e *Episode) {
	opened := e.Record.Events.OpenedSince(e.Injected)
	var own []events.Incident
	for _, i := range opened {
		if !i.OpenedAt.After(e.Ended) {
			own = append(own, i)
		}
	}
	f.Incidents = len(own)
	if len(own) == 0 {
		return
	}
	f.Incident = own[0]
	for _, o := range slices.Concat(f.Orders, pages(f.Outcomes)) {
		if k := slices.IndexFunc(own, func(i events.Incident) bool { return i.ID == o.IncidentID }); k >= 0 {
			f.Incident = own[k]
			break
		}
	}
	f.Detected = f.Incident.OpenedAt
	f.Incident = atHeight(e, f)
	f.Cause = f.Incident.Cause
}

// atHeight is the incident as it was acted on, else as it was last known while
// it was open: a later revision speaks of what is over.
func atHeight(e *Episode, f *Finding) events.Incident {
	if len(f.Orders) > 0 {
		if a, ok := e.Record.Events.Action(f.Orders[0].ActionID); ok {
			for _, i := range e.Record.Events.Revisions(f.Incident.ID) {
				if !i.UpdatedAt.After(f.Orders[0].At) {
					a.Incident = i
				}
			}
			return a.Incident
		}
	}
	incident := f.Incident
	for _, i := range e.Record.Events.Revisions(f.Incident.ID) {
		if i.Status == "open" && i.Settled && !i.UpdatedAt.After(e.Ended) {
			incident = i
		}
	}
	return incident
}

func (f *Finding) times(e *Episode) {
	bad, harmed := e.Shop.Limits.FirstBad(e.Record.Witness, e.Injected, e.Ended)
	f.Harmed = harmed
	from := e.Injected
	if harmed {
		from = bad
	}
	if len(f.Orders) > 0 {
		f.Acted = f.Orders[0].At
		from = f.Acted
	}
	f.Restored, _ = e.Shop.Limits.Restored(e.Record.Witness.Between(from, e.Ended), from)
	for _, o := range f.Outcomes {
		f.Paged = f.Paged || o.Page
		if o.State == "succeeded" && f.ordered(o) && f.Verified.IsZero() {
			f.Verified = o.At
		}
	}
}

// ordered tells whether the outcome is of an action that gave an order. Its own
// mode does not say so: a policy may have been withdrawn since.
func (f *Finding) ordered(o events.Outcome) bool {
	return slices.ContainsFunc(f.Orders, func(e events.Outcome) bool { return e.ActionID == o.ActionID })
}

func pages(outcomes []events.Outcome) []events.Outcome {
	var paged []events.Outcome
	for _, o := range outcomes {
		if o.Page {
			paged = append(paged, o)
		}
	}
	return paged
}

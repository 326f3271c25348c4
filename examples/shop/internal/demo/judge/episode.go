package judge

import (
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/ledger"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// Shop is what the judge must know of the shop.
type Shop struct {
	Instances map[string]string // instance: its service
	Agent     string            // instance of the node collector
	Bank      []string          // names and addresses by which the bank goes
	Limits    witness.Limits    // what a good second is
}

// Record is everything that was seen so far.
type Record struct {
	Witness witness.Log
	Ledger  ledger.Log
	Events  events.Log
}

// Episode is one fault and what was seen from its injection to its end.
type Episode struct {
	Shop     Shop
	Case     fault.Case
	Injected time.Time
	Ended    time.Time
	Record   *Record
	Lost     []int // numbered records that were acknowledged and did not arrive
}

// outcomes are those of the episode that came from actions that may act.
func (e *Episode) outcomes() []events.Outcome {
	var all []events.Outcome
	for _, o := range e.Record.Events.OutcomesSince(e.Injected) {
		if !o.At.After(e.Ended) {
			all = append(all, o)
		}
	}
	return all
}

// executed are the orders that otelheal gave: one a target and verb.
func (e *Episode) executed() []events.Outcome {
	type order struct {
		action, verb string
		target       events.Target
	}
	seen := map[order]bool{}
	var orders []events.Outcome
	for _, o := range e.outcomes() {
		k := order{o.ActionID, o.Step, o.Target}
		if o.State == "executing" && o.Mode != "dry_run" && !seen[k] {
			seen[k] = true
			orders = append(orders, o)
		}
	}
	return orders
}

// starts are the processes of the shop that started in the episode.
func (e *Episode) starts() []ledger.Entry {
	var starts []ledger.Entry
	for _, s := range e.Record.Ledger.Starts(e.Injected) {
		if !s.At().After(e.Ended) {
			starts = append(starts, s)
		}
	}
	return starts
}

// after writes a time as people read it: relative to the injection.
func (e *Episode) after(t time.Time) string {
	return t.Sub(e.Injected).Round(100 * time.Millisecond).String()
}

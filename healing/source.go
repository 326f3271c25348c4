package healing

import (
	"context"

	"github.com/otelheal/otelheal/event"
)

// OutcomeSource gives out what a healer has to report. The otelheal receiver
// pulls from it.
type OutcomeSource interface {
	// Pull waits until there is something new, or ctx ends. The batch is given
	// again by the next process unless it was acknowledged; there is one reader.
	Pull(ctx context.Context) (Batch, error)
	// Ack says that a pipeline took the batch.
	Ack(ctx context.Context, b Batch) error
}

// Batch is what one Pull returns. Outcomes and actions come from the journal
// and are given until acknowledged; states and changes are re-reported by their
// executors instead.
type Batch struct {
	Actions  []event.Action
	Outcomes []event.Outcome
	States   []event.AgentState
	Changes  []event.Change
	// Upto is the journal position after this batch.
	Upto uint64
}

// Empty tells whether there is nothing in the batch.
func (b *Batch) Empty() bool {
	return len(b.Actions)+len(b.Outcomes)+len(b.States)+len(b.Changes) == 0
}

package healerextension

import (
	"context"
	"sync"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// maxChanges is how many changes wait for the receiver; the oldest go first.
const maxChanges = 1024

// inbox keeps what executors report until the receiver takes it: the newest
// state of each unit, and the changes in order. It also wakes the receiver.
type inbox struct {
	mu      sync.Mutex // guards the fields below
	states  map[unitKey]event.AgentState
	order   []unitKey // of states, as first reported
	changes []event.Change
	dropped int

	news chan struct{} // holds one token if there may be something new
	done chan struct{} // closed when the healer stops
}

type unitKey struct {
	source string
	entity event.Entity
}

func (b *inbox) open() {
	b.states = map[unitKey]event.AgentState{}
	b.news, b.done = make(chan struct{}, 1), make(chan struct{})
}

func (b *inbox) close() {
	if b.done != nil {
		close(b.done)
	}
}

func (b *inbox) wake() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// report takes one thing that an executor saw; it never blocks. A state that is
// followed by another before the receiver came is not lost to the healer, which
// reads inventories, only to rca, for which the newest counts.
func (b *inbox) report(r healing.Report) {
	b.mu.Lock()
	if r.State != nil {
		k := unitKey{r.State.Source, r.State.Entity}
		if _, ok := b.states[k]; !ok {
			b.order = append(b.order, k)
		}
		b.states[k] = *r.State
	}
	if r.Change != nil {
		b.changes = append(b.changes, *r.Change)
		if surplus := len(b.changes) - maxChanges; surplus > 0 {
			b.changes = b.changes[surplus:]
			b.dropped += surplus
		}
	}
	b.mu.Unlock()
	b.wake()
}

// take moves what was reported into the batch.
func (b *inbox) take(batch *healing.Batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range b.order {
		batch.States = append(batch.States, b.states[k])
	}
	batch.Changes = b.changes
	b.states, b.order, b.changes = map[unitKey]event.AgentState{}, nil, nil
}

// Pull implements healing.OutcomeSource.
func (h *healer) Pull(ctx context.Context) (healing.Batch, error) {
	for {
		batch := healing.Batch{}
		h.mu.Lock()
		journal, broken := h.journal, h.broken
		var err error
		if journal != nil {
			err = journal.pull(h.acked, &batch)
		}
		h.mu.Unlock()
		if journal == nil {
			return batch, broken
		}
		if err != nil {
			return batch, err
		}
		h.inbox.take(&batch)
		if !batch.Empty() {
			return batch, nil
		}
		select {
		case <-ctx.Done():
			return batch, ctx.Err()
		case <-h.inbox.done:
			return batch, context.Canceled
		case <-h.inbox.news:
		}
	}
}

// Ack implements healing.OutcomeSource.
func (h *healer) Ack(_ context.Context, b healing.Batch) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return h.broken
	}
	if len(b.Actions)+len(b.Outcomes) == 0 {
		return nil
	}
	if err := h.journal.ack(b.Upto); err != nil {
		return err
	}
	h.acked = b.Upto
	h.inbox.wake() // more than one batch may be there
	return nil
}

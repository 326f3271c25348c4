package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/jsonl"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/ledger"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// lookEvery is how often the files are read; they are what we wait for.
const lookEvery = 200 * time.Millisecond

// Watch follows the three accounts.
type Watch struct {
	judge.Record
	witness *jsonl.Follower[witness.Second]
	ledger  *jsonl.Follower[ledger.Entry]
	events  *jsonl.Follower[events.Batch]
}

// NewWatch follows the files of a stage.
func NewWatch(s *stage.Stage) *Watch {
	return &Watch{
		witness: jsonl.Follow[witness.Second](s.Path("witness.jsonl")),
		ledger:  jsonl.Follow[ledger.Entry](s.Topology.Ledger),
		events:  jsonl.Follow[events.Batch](s.Path("events.jsonl")),
	}
}

// Poll reads what is new.
func (w *Watch) Poll() error {
	seconds, err1 := w.witness.Next()
	entries, err2 := w.ledger.Next()
	batches, err3 := w.events.Next()
	w.Witness = append(w.Witness, seconds...)
	w.Ledger = append(w.Ledger, entries...)
	errs := []error{err1, err2, err3}
	for _, b := range batches {
		errs = append(errs, w.Events.Add(b))
	}
	return errors.Join(errs...)
}

// errTime is what await returns when it was waited for long enough.
var errTime = errors.New("it did not come in time")

// await reads until it is true. check is asked each time whether waiting still
// has a point.
func (w *Watch) await(ctx context.Context, limit time.Duration, what string, check func() error, until func() bool) error {
	deadline := time.Now().Add(limit)
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for {
		if err := w.Poll(); err != nil {
			return err
		}
		if err := check(); err != nil {
			return err
		}
		if until() {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s for %s: %w", limit, what, errTime)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticks.C:
		}
	}
}

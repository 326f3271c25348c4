package otelhealreceiver

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"

	"github.com/otelheal/otelheal/healing"
)

// fakeSource gives out what was put in, one batch after the other, and keeps
// what was acknowledged.
type fakeSource struct {
	component.StartFunc
	component.ShutdownFunc
	batches chan healing.Batch
	pullErr chan error
	ackErr  error

	mu    sync.Mutex // guards acked
	acked []uint64
}

func newFakeSource() *fakeSource {
	return &fakeSource{batches: make(chan healing.Batch, 10), pullErr: make(chan error, 10)}
}

func (s *fakeSource) Pull(ctx context.Context) (healing.Batch, error) {
	select {
	case b := <-s.batches:
		return b, nil
	case err := <-s.pullErr:
		return healing.Batch{}, err
	case <-ctx.Done():
		return healing.Batch{}, ctx.Err()
	}
}

func (s *fakeSource) Ack(_ context.Context, b healing.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acked = append(s.acked, b.Upto)
	return s.ackErr
}

func (s *fakeSource) acks() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]uint64(nil), s.acked...)
}

type fakeHost map[component.ID]component.Component

func (h fakeHost) GetExtensions() map[component.ID]component.Component { return h }

func newFakeHost() component.Host {
	return fakeHost{component.MustNewID("healer"): newFakeSource()}
}

package alertwebhookreceiver

import (
	"context"
	"errors"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
)

// fakeNext answers each call with the next of its errors, then takes all. It
// empties what it gets, as a consumer behind it may.
type fakeNext struct {
	mu    sync.Mutex // guards errs and taken
	errs  []error
	taken []plog.LogRecord
	block chan struct{} // if set, a call waits for it or its context
}

func (n *fakeNext) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

func (n *fakeNext) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if n.block != nil {
		select {
		case <-n.block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.errs) > 0 {
		err := n.errs[0]
		n.errs = n.errs[1:]
		return err
	}
	kept := plog.NewLogs()
	ld.MoveTo(kept)
	for _, rl := range kept.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				n.taken = append(n.taken, lr)
			}
		}
	}
	return nil
}

func (n *fakeNext) records() []plog.LogRecord {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]plog.LogRecord(nil), n.taken...)
}

func (n *fakeNext) fail(errs ...error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.errs = errs
}

type fakeHost map[component.ID]component.Component

func (h fakeHost) GetExtensions() map[component.ID]component.Component { return h }

// fakeStorage keeps values in memory and has one client at a time, as
// file_storage does.
type fakeStorage struct {
	component.StartFunc
	component.ShutdownFunc
	mu     sync.Mutex // guards what follows
	open   bool
	broken bool
	values map[string][]byte
}

func (f *fakeStorage) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open {
		return nil, errors.New("a second client for the same id")
	}
	f.open = true
	return f, nil
}

func (f *fakeStorage) Close(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = false
	return nil
}

func (f *fakeStorage) Get(_ context.Context, k string) ([]byte, error) {
	op := storage.GetOperation(k)
	err := f.Batch(context.Background(), op)
	return op.Value, err
}

func (f *fakeStorage) Set(_ context.Context, k string, v []byte) error {
	return f.Batch(context.Background(), storage.SetOperation(k, v))
}

func (f *fakeStorage) Delete(_ context.Context, k string) error {
	return f.Batch(context.Background(), storage.DeleteOperation(k))
}

func (f *fakeStorage) Batch(_ context.Context, ops ...*storage.Operation) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errors.New("disk full")
	}
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = f.values[op.Key]
		case storage.Set:
			f.values[op.Key] = append([]byte(nil), op.Value...)
		case storage.Delete:
			delete(f.values, op.Key)
		}
	}
	return nil
}

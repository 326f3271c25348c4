package recoveryexporter

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// fakeBackend answers as its function says, and keeps what it was handed.
type fakeBackend struct {
	component.StartFunc
	component.ShutdownFunc
	answer func(a *event.Action) (healing.Receipt, error)

	mu    sync.Mutex // guards taken
	taken []event.Action
}

func (b *fakeBackend) Submit(_ context.Context, a *event.Action) (healing.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, *a)
	if b.answer == nil {
		return healing.Receipt{ActionID: a.ID, Verdict: healing.VerdictAccepted}, nil
	}
	return b.answer(a)
}

func (b *fakeBackend) submitted() []event.Action {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]event.Action(nil), b.taken...)
}

// fakeHost has extensions and keeps the status that components report.
type fakeHost struct {
	extensions map[component.ID]component.Component

	mu       sync.Mutex // guards statuses
	statuses []componentstatus.Status
}

func (h *fakeHost) GetExtensions() map[component.ID]component.Component { return h.extensions }

func (h *fakeHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.statuses = append(h.statuses, e.Status())
}

func (h *fakeHost) reported() []componentstatus.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]componentstatus.Status(nil), h.statuses...)
}

// fakeClock goes on when it is told to.
type fakeClock struct {
	mu sync.Mutex // guards t
	t  time.Time
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// incident is one that hangs, as of the time given.
func incident(id string, now time.Time) *event.Incident {
	e := event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1"}
	return &event.Incident{
		ID: id, Revision: 3, Status: event.IncidentOpen, Settled: true, Confidence: 0.9, UpdatedAt: now,
		Cause:    event.Cause{Target: event.Target{Entity: e, Incarnation: "17@1000"}, Kind: event.KindHang},
		Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: e, At: now}},
		Summary:  "payment-1 hangs",
	}
}

// records are the incidents as signed log records.
func records(t *testing.T, key string, incidents ...*event.Incident) plog.Logs {
	ld := plog.NewLogs()
	for _, i := range incidents {
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		require.NoError(t, eventlog.NewCodec(key).WriteIncident(lr, i))
	}
	return ld
}

package healerextension

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
	"github.com/otelheal/otelheal/healing"
)

// within is how long a test waits for what has to happen.
const within = 10 * time.Second

var executorID = component.MustNewID("fake_executor")

// fakeExecutor restarts the instances that it owns, in no time.
type fakeExecutor struct {
	mu      sync.Mutex // guards the fields below
	units   []healing.Unit
	orders  []healing.Order
	lookups []healing.Order
	pages   []event.Outcome
	report  func(healing.Report)
	stuck   bool // Execute returns only when its context ends
	found   healing.Effect
	lastCtx error // of the newest look-up, when it began
}

func newFakeExecutor() *fakeExecutor {
	e := &fakeExecutor{found: healing.EffectDone}
	for _, i := range []string{"payment-1", "payment-2"} {
		e.units = append(e.units, healing.Unit{
			Target: target(i), Status: event.AgentHealthy, Started: time.Now().Add(-time.Hour), Executor: executorID.String(),
		})
	}
	return e
}

func (*fakeExecutor) Start(context.Context, component.Host) error { return nil }
func (*fakeExecutor) Shutdown(context.Context) error              { return nil }
func (*fakeExecutor) Verbs() []string                             { return []string{"restart"} }

func (e *fakeExecutor) Inventory(context.Context) ([]healing.Unit, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]healing.Unit(nil), e.units...), nil
}

func (e *fakeExecutor) Execute(ctx context.Context, o healing.Order) healing.Result {
	e.mu.Lock()
	e.orders = append(e.orders, o)
	stuck := e.stuck
	e.mu.Unlock()
	if stuck {
		<-ctx.Done()
		return healing.Result{Effect: healing.EffectUnknown}
	}
	return e.restart(o)
}

func (e *fakeExecutor) restart(o healing.Order) healing.Result {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.units {
		u := &e.units[i]
		if u.Target != o.Target {
			continue
		}
		u.Started = time.Now()
		u.Target.Incarnation = event.Incarnation(fmt.Sprintf("2@%d", u.Started.UnixNano()))
		return healing.Result{Effect: healing.EffectDone, Now: u.Target, At: u.Started}
	}
	return healing.Result{Effect: healing.EffectSuperseded}
}

func (e *fakeExecutor) Lookup(ctx context.Context, o healing.Order) healing.Result {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lookups, e.lastCtx = append(e.lookups, o), ctx.Err()
	return healing.Result{Effect: e.found, Now: o.Target, At: time.Now()}
}

func (e *fakeExecutor) Subscribe(report func(healing.Report)) func() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.report = report
	return func() {}
}

func (e *fakeExecutor) Page(_ context.Context, o event.Outcome) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pages = append(e.pages, o)
	return nil
}

func (e *fakeExecutor) counts() (orders, lookups, pages int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.orders), len(e.lookups), len(e.pages)
}

// fakeHost has extensions and hears of statuses.
type fakeHost struct {
	extensions map[component.ID]component.Component
	mu         sync.Mutex // guards statuses
	statuses   []*componentstatus.Event
}

func (h *fakeHost) GetExtensions() map[component.ID]component.Component { return h.extensions }

func (h *fakeHost) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.statuses = append(h.statuses, e)
}

func target(instance string) event.Target {
	return event.Target{
		Entity:      event.Entity{Namespace: "shop", Service: "payment", Instance: instance},
		Incarnation: "1@1",
	}
}

// newAction asks to restart an instance that is seen to hang.
func newAction(id, instance string) *event.Action {
	tg, now := target(instance), time.Now()
	return &event.Action{
		ID: "act-" + id, Policy: "restart", Mode: event.ModeAct, Target: tg,
		Steps: []event.Step{{
			Verb: "restart", Executor: executorID.String(), Timeout: event.Duration(5 * time.Second),
			VerifyWithin: event.Duration(30 * time.Second),
		}},
		IssuedAt: now, Expires: now.Add(30 * time.Second),
		Incident: event.Incident{
			ID: id, Revision: 1, Status: event.IncidentOpen, Settled: true, Confidence: 0.9, Onset: now,
			Cause:    event.Cause{Target: tg, Kind: event.KindHang, Why: "its probe fails"},
			Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: tg.Entity, Text: "probe fails", At: now}},
			Symptoms: []event.Symptom{{
				ID: "s1", Entity: tg.Entity.OfService(), Signal: event.SignalTrace, What: "error_ratio",
				Band: event.Band{High: 0.05}, Observed: 0.5, WindowStart: now, FreshAt: now,
			}},
		},
	}
}

// recovered is the next revision of the action, with all well from now on.
func recovered(a *event.Action) *event.Action {
	b := *a
	b.Incident.Revision++
	s := a.Incident.Symptoms[0]
	s.Observed, s.WindowStart, s.FreshAt = 0, time.Now(), time.Now()
	b.Incident.Symptoms = []event.Symptom{s}
	*a = b
	return &b
}

func newConfig(t *testing.T) *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Journal.Path = filepath.Join(t.TempDir(), "state", "healer.db")
	cfg.Executors = []component.ID{executorID}
	return cfg
}

// started is a healer that runs with the executor, stopped by the test's end at
// the latest.
func started(t *testing.T, cfg *Config, e *fakeExecutor, others ...map[component.ID]component.Component) (*healer, *fakeHost) {
	host := &fakeHost{extensions: map[component.ID]component.Component{executorID: e}}
	for _, m := range others {
		for id, ext := range m {
			host.extensions[id] = ext
		}
	}
	h := newHealer(extensiontest.NewNopSettings(metadata.Type), cfg)
	h.tick = 5 * time.Millisecond
	require.NoError(t, h.Start(t.Context(), host))
	t.Cleanup(func() { require.NoError(t, h.Shutdown(context.Background())) })
	require.NoError(t, h.Ready())
	return h, host
}

func (h *healer) stateOf(id string) event.State {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, _ := h.core.Record(id)
	return r.State
}

// reaches waits for the action's state.
func (h *healer) reaches(t *testing.T, id string, s event.State) {
	t.Helper()
	require.Eventually(t, func() bool { return h.stateOf(id) == s }, within, 5*time.Millisecond, "state %s", s)
}

// recordOf is the action's record as it is now.
func (h *healer) recordOf(id string) healing.Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, _ := h.core.Record(id)
	return r
}

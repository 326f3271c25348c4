package processexecutor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/supervisor"
	"github.com/otelheal/otelheal/healing"
)

var (
	_ healing.Executor = (*processExecutor)(nil)
	_ healing.Reporter = (*processExecutor)(nil)
)

var errNotRunning = errors.New("the process_executor is not running")

// processExecutor is the extension.
type processExecutor struct {
	cfg *Config
	set extension.Settings
	hub *hub

	mu         sync.RWMutex // guards supervisor and telemetry
	supervisor *supervisor.Supervisor
	telemetry  *metadata.TelemetryBuilder
}

func newProcessExecutor(set extension.Settings, cfg *Config) *processExecutor {
	return &processExecutor{cfg: cfg, set: set, hub: newHub()}
}

// Start takes over what runs and starts the rest.
func (e *processExecutor) Start(ctx context.Context, _ component.Host) error {
	host := e.cfg.Host
	if host == "" {
		var err error
		if host, err = os.Hostname(); err != nil {
			return fmt.Errorf("finding the host's name; set `host`: %w", err)
		}
	}
	tb, err := metadata.NewTelemetryBuilder(e.set.TelemetrySettings)
	if err != nil {
		return err
	}
	e.hub.countDrops(func() { tb.ExtensionProcessExecutorReportsDropped.Add(context.Background(), 1) })
	s, err := supervisor.Start(ctx, settings(e.cfg, host, e.set, tb, e.hub.publish))
	if err != nil {
		tb.Shutdown()
		return fmt.Errorf("starting the supervisor: %w", err)
	}
	e.mu.Lock()
	e.supervisor, e.telemetry = s, tb
	e.mu.Unlock()
	return tb.RegisterExtensionProcessExecutorUnitsCallback(e.observeUnits)
}

// Shutdown stops watching; the programs run on.
func (e *processExecutor) Shutdown(ctx context.Context) error {
	e.mu.Lock()
	s, tb := e.supervisor, e.telemetry
	e.supervisor, e.telemetry = nil, nil
	e.mu.Unlock()
	if tb != nil {
		tb.Shutdown()
	}
	if s == nil {
		return nil
	}
	return s.Shutdown(ctx)
}

func (e *processExecutor) running() (*supervisor.Supervisor, *metadata.TelemetryBuilder) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.supervisor, e.telemetry
}

// Verbs implements healing.Executor.
func (*processExecutor) Verbs() []string {
	return []string{supervisor.VerbRestart, supervisor.VerbRollback}
}

// Inventory implements healing.Executor.
func (e *processExecutor) Inventory(context.Context) ([]healing.Unit, error) {
	s, _ := e.running()
	if s == nil {
		return nil, errNotRunning
	}
	return s.Inventory(), nil
}

// Execute implements healing.Executor.
func (e *processExecutor) Execute(ctx context.Context, o healing.Order) healing.Result {
	s, tb := e.running()
	if s == nil {
		return healing.Result{Effect: healing.EffectNone, Detail: errNotRunning.Error()}
	}
	r := s.Execute(ctx, o)
	tb.ExtensionProcessExecutorOrders.Add(ctx, 1, metric.WithAttributes(effectAttribute(r.Effect)))
	return r
}

// Lookup implements healing.Executor.
func (e *processExecutor) Lookup(ctx context.Context, o healing.Order) healing.Result {
	s, _ := e.running()
	if s == nil {
		return healing.Result{Effect: healing.EffectUnknown, Detail: errNotRunning.Error()}
	}
	return s.Lookup(ctx, o)
}

// Subscribe implements healing.Reporter.
func (e *processExecutor) Subscribe(report func(healing.Report)) (cancel func()) {
	cancel = e.hub.subscribe(report)
	if s, _ := e.running(); s != nil {
		s.ReportAll()
	}
	return cancel
}

func (e *processExecutor) observeUnits(_ context.Context, o metric.Int64Observer) error {
	s, _ := e.running()
	if s == nil {
		return nil
	}
	count := map[event.AgentStatus]int64{}
	for _, u := range s.Inventory() {
		count[u.Status]++
	}
	for _, status := range statuses {
		o.Observe(count[status], metric.WithAttributes(statusAttribute(status)))
	}
	return nil
}

package httpexecutor

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/httpexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/internal/once"
	"github.com/otelheal/otelheal/extension/executor/internal/owned"
	"github.com/otelheal/otelheal/healing"
)

var (
	_ healing.Executor = (*httpExecutor)(nil)
	_ healing.Pager    = (*httpExecutor)(nil)
)

// httpExecutor is the extension.
type httpExecutor struct {
	cfg    *Config
	set    extension.Settings
	memory once.Memory
	run    atomic.Pointer[running] // nil before Start and after Shutdown
}

type running struct {
	client    *http.Client
	telemetry *metadata.TelemetryBuilder
}

func newHTTPExecutor(set extension.Settings, cfg *Config) *httpExecutor {
	return &httpExecutor{cfg: cfg, set: set}
}

// Start makes the client.
func (e *httpExecutor) Start(ctx context.Context, host component.Host) error {
	client, err := e.cfg.Client.ToClient(ctx, host.GetExtensions(), e.set.TelemetrySettings)
	if err != nil {
		return fmt.Errorf("making the client: %w", err)
	}
	// A redirect would carry an order to a host that nobody configured.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	tb, err := metadata.NewTelemetryBuilder(e.set.TelemetrySettings)
	if err != nil {
		return err
	}
	e.run.Store(&running{client: client, telemetry: tb})
	return nil
}

// Shutdown lets go of the connections.
func (e *httpExecutor) Shutdown(context.Context) error {
	if r := e.run.Swap(nil); r != nil {
		r.client.CloseIdleConnections()
		r.telemetry.Shutdown()
	}
	return nil
}

// Verbs implements healing.Executor.
func (e *httpExecutor) Verbs() []string {
	verbs := make([]string, 0, len(e.cfg.Verbs))
	for _, v := range e.cfg.Verbs {
		verbs = append(verbs, v.Verb)
	}
	return verbs
}

// Inventory implements healing.Executor.
func (e *httpExecutor) Inventory(context.Context) ([]healing.Unit, error) {
	var targets [][]owned.TargetConfig
	for _, v := range e.cfg.Verbs {
		targets = append(targets, v.Targets)
	}
	return owned.Units(e.set.ID.String(), targets...), nil
}

// Execute implements healing.Executor.
func (e *httpExecutor) Execute(ctx context.Context, o healing.Order) healing.Result {
	run := e.run.Load()
	if run == nil {
		return result(healing.EffectNone, "the http_executor is not running")
	}
	r := e.check(ctx, run, o)
	run.telemetry.ExtensionHTTPExecutorOrders.Add(ctx, 1,
		metric.WithAttributes(attribute.String("effect", string(r.Effect))))
	return r
}

func (e *httpExecutor) check(ctx context.Context, run *running, o healing.Order) healing.Result {
	v := e.verb(o.Verb)
	switch {
	case v == nil:
		return result(healing.EffectRefused, "no such verb: "+o.Verb)
	case o.Key == "":
		return result(healing.EffectRefused, "the order has no key")
	case o.Target.Incarnation == "":
		return result(healing.EffectRefused, "the order names no incarnation")
	case !owned.Covers(v.Targets, o.Target.Entity):
		return result(healing.EffectRefused, o.Target.Entity.String()+" is none of the verb's targets")
	case !o.Deadline.IsZero() && !time.Now().Before(o.Deadline):
		return result(healing.EffectRefused, "its deadline has passed")
	}
	return e.memory.Do(ctx, o, func() healing.Result {
		if !o.Deadline.IsZero() {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, o.Deadline)
			defer cancel()
		}
		return send(ctx, run.client, v, o)
	})
}

// Lookup implements healing.Executor: it tells what this process remembers.
func (e *httpExecutor) Lookup(ctx context.Context, o healing.Order) healing.Result {
	return e.memory.Find(ctx, o)
}

func (e *httpExecutor) verb(name string) *VerbConfig {
	for i := range e.cfg.Verbs {
		if e.cfg.Verbs[i].Verb == name {
			return &e.cfg.Verbs[i]
		}
	}
	return nil
}

// Page implements healing.Pager. Without an Alertmanager there is nothing to do.
func (e *httpExecutor) Page(ctx context.Context, o event.Outcome) error {
	run := e.run.Load()
	if run == nil || !e.cfg.Alertmanager.HasValue() {
		return nil
	}
	err := page(ctx, run.client, e.cfg.Alertmanager.Get(), o)
	what := "delivered"
	if err != nil {
		what = "failed"
	}
	run.telemetry.ExtensionHTTPExecutorPages.Add(ctx, 1, metric.WithAttributes(attribute.String("result", what)))
	return err
}

func result(effect healing.Effect, detail string) healing.Result {
	return healing.Result{Effect: effect, At: time.Now(), Detail: detail}
}

package commandexecutor

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/extension/executor/commandexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/internal/once"
	"github.com/otelheal/otelheal/extension/executor/internal/owned"
	"github.com/otelheal/otelheal/healing"
)

var _ healing.Executor = (*commandExecutor)(nil)

// commandExecutor is the extension.
type commandExecutor struct {
	cfg    *Config
	set    extension.Settings
	memory once.Memory

	mu        sync.RWMutex // guards all below
	running   context.Context
	stop      context.CancelFunc
	telemetry *metadata.TelemetryBuilder
	orders    sync.WaitGroup
}

func newCommandExecutor(set extension.Settings, cfg *Config) *commandExecutor {
	return &commandExecutor{cfg: cfg, set: set}
}

// Start makes the executor take orders.
func (e *commandExecutor) Start(context.Context, component.Host) error {
	if err := supported(); err != nil {
		return err
	}
	tb, err := metadata.NewTelemetryBuilder(e.set.TelemetrySettings)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running, e.stop = context.WithCancel(context.Background())
	e.telemetry = tb
	return nil
}

// Shutdown kills what runs: a command does not outlive who answers for it.
func (e *commandExecutor) Shutdown(context.Context) error {
	e.mu.Lock()
	if e.running == nil {
		e.mu.Unlock()
		return nil
	}
	e.stop()
	e.running = nil
	tb := e.telemetry
	e.mu.Unlock()
	e.orders.Wait()
	tb.Shutdown()
	return nil
}

// Verbs implements healing.Executor.
func (e *commandExecutor) Verbs() []string {
	verbs := make([]string, 0, len(e.cfg.Verbs))
	for _, v := range e.cfg.Verbs {
		verbs = append(verbs, v.Verb)
	}
	return verbs
}

// Inventory implements healing.Executor.
func (e *commandExecutor) Inventory(context.Context) ([]healing.Unit, error) {
	var targets [][]owned.TargetConfig
	for _, v := range e.cfg.Verbs {
		targets = append(targets, v.Targets)
	}
	return owned.Units(e.set.ID.String(), targets...), nil
}

// Execute implements healing.Executor.
func (e *commandExecutor) Execute(ctx context.Context, o healing.Order) healing.Result {
	e.mu.RLock()
	running, tb := e.running, e.telemetry
	if running == nil {
		e.mu.RUnlock()
		return result(healing.EffectNone, "the command_executor is not running")
	}
	e.orders.Add(1)
	e.mu.RUnlock()
	defer e.orders.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(running, cancel)()
	r := e.check(ctx, o)
	tb.ExtensionCommandExecutorOrders.Add(context.WithoutCancel(ctx), 1,
		metric.WithAttributes(attribute.String("effect", string(r.Effect))))
	return r
}

func (e *commandExecutor) check(ctx context.Context, o healing.Order) healing.Result {
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
	argv, err := expand(v.Argv, o)
	if err != nil {
		return result(healing.EffectRefused, err.Error())
	}
	return e.memory.Do(ctx, o, func() healing.Result {
		limit := time.Now().Add(v.Timeout)
		if !o.Deadline.IsZero() && o.Deadline.Before(limit) {
			limit = o.Deadline
		}
		ctx, cancel := context.WithDeadline(ctx, limit)
		defer cancel()
		r, output := run(ctx, v, argv)
		if r.Effect == healing.EffectDone {
			r.Now = o.Target
		}
		// The output may hold secrets: only its length is logged.
		e.set.Logger.Info("command ended", zap.String("verb", o.Verb), zap.String("action", o.ActionID),
			zap.String("effect", string(r.Effect)), zap.String("reason", r.Detail), zap.Int64("output_bytes", output))
		return r
	})
}

// Lookup implements healing.Executor: it tells what this process remembers.
func (e *commandExecutor) Lookup(ctx context.Context, o healing.Order) healing.Result {
	return e.memory.Find(ctx, o)
}

func (e *commandExecutor) verb(name string) *VerbConfig {
	for i := range e.cfg.Verbs {
		if e.cfg.Verbs[i].Verb == name {
			return &e.cfg.Verbs[i]
		}
	}
	return nil
}

func result(effect healing.Effect, detail string) healing.Result {
	return healing.Result{Effect: effect, At: time.Now(), Detail: detail}
}

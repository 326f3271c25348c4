package rcaconnector

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/rca"
)

// guarded does what needs the engine, with the lock held. A fault of the engine
// must not end the collector, with all pipelines of its user in it: if it panics,
// what it held is given up and a new one begins.
func (e *engine) guarded(ctx context.Context, work func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer func() {
		if fault := recover(); fault != nil {
			e.renew(ctx, fmt.Sprint(fault))
		}
	}()
	work()
}

// renew begins with an engine that knows nothing. A fault that comes again is
// counted only.
func (e *engine) renew(ctx context.Context, fault string) {
	e.telemetry.ConnectorRcaPanics.Add(ctx, 1)
	if e.fault != fault {
		e.fault = fault
		e.log.Error("root cause engine panicked and begins anew: baselines and open incidents are lost, please report this",
			zap.String("panic", fault), zap.ByteString("stack", debug.Stack()))
	}
	e.brain, e.grown = rca.New(e.set), newIncreases()
	e.standing.forget()
}

package rcaconnector

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/internal/shared"
)

// rcaConnector is one pair of signals of a component; all of them share an engine.
type rcaConnector struct {
	cfg     *Config
	set     connector.Settings
	next    consumer.Logs
	running *shared.Registry[*Config, *engine]
	clock   Clock
	engine  atomic.Pointer[engine] // nil unless started
}

// Start implements component.Component.
func (c *rcaConnector) Start(ctx context.Context, host component.Host) error {
	e, err := c.running.Acquire(c.cfg, func() (*engine, error) { return startEngine(ctx, c, host) })
	if err == nil {
		c.engine.Store(e)
	}
	return err
}

// Shutdown implements component.Component.
func (c *rcaConnector) Shutdown(ctx context.Context) error {
	if c.engine.Swap(nil) == nil {
		return nil
	}
	return c.running.Release(ctx, c.cfg)
}

// Capabilities implements consumer.
func (c *rcaConnector) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces implements consumer.Traces.
func (c *rcaConnector) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if e := c.engine.Load(); e != nil {
		e.takeTraces(ctx, td)
	}
	return nil
}

// ConsumeMetrics implements consumer.Metrics.
func (c *rcaConnector) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if e := c.engine.Load(); e != nil {
		e.takeMetrics(ctx, md)
	}
	return nil
}

// ConsumeLogs implements consumer.Logs.
func (c *rcaConnector) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if e := c.engine.Load(); e != nil {
		e.takeLogs(ctx, ld)
	}
	return nil
}

package rcaconnector

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
	"github.com/otelheal/otelheal/internal/shared"
)

// NewFactory returns the factory of the rca connector.
func NewFactory() connector.Factory { return newFactory(Clock{}) }

func newFactory(clock Clock) connector.Factory {
	f := &factory{clock: clock}
	return connector.NewFactory(
		metadata.Type, createDefaultConfig,
		connector.WithTracesToLogs(f.traces, metadata.TracesToLogsStability),
		connector.WithMetricsToLogs(f.metrics, metadata.MetricsToLogsStability),
		connector.WithLogsToLogs(f.logs, metadata.LogsToLogsStability),
	)
}

// factory holds the running engines: one for the connectors of one component.
type factory struct {
	running shared.Registry[*Config, *engine]
	clock   Clock // of a replay; else zero
}

func (f *factory) create(set connector.Settings, cfg component.Config, next consumer.Logs) *rcaConnector {
	return &rcaConnector{cfg: cfg.(*Config), set: set, next: next, running: &f.running, clock: f.clock}
}

func (f *factory) traces(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Traces, error) {
	return f.create(set, cfg, next), nil
}

func (f *factory) metrics(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Metrics, error) {
	return f.create(set, cfg, next), nil
}

func (f *factory) logs(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Logs) (connector.Logs, error) {
	return f.create(set, cfg, next), nil
}

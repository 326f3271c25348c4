package processexecutor

import (
	"context"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/supervisor"
	"github.com/otelheal/otelheal/healing"
)

// statuses are those that a supervised unit can have.
var statuses = []event.AgentStatus{
	event.AgentStarting, event.AgentHealthy, event.AgentUnhealthy, event.AgentExited, event.AgentStopped,
}

func statusAttribute(s event.AgentStatus) attribute.KeyValue {
	return attribute.String("status", string(s))
}

func effectAttribute(e healing.Effect) attribute.KeyValue {
	return attribute.String("effect", string(e))
}

// settings translates the configuration for the supervisor.
func settings(
	cfg *Config, host string, set extension.Settings, tb *metadata.TelemetryBuilder, publish func(healing.Report),
) supervisor.Settings {
	ctx := context.Background()
	s := supervisor.Settings{
		Directory: cfg.StateDirectory, Host: host, Source: set.ID.String(), Logger: set.Logger, Publish: publish,
		Observe: supervisor.Observer{
			Started: func() { tb.ExtensionProcessExecutorStarts.Add(ctx, 1) },
			Exited: func(status event.AgentStatus) {
				tb.ExtensionProcessExecutorExits.Add(ctx, 1, metric.WithAttributes(statusAttribute(status)))
			},
			Dropped: func() { tb.ExtensionProcessExecutorOrdersForgotten.Add(ctx, 1) },
		},
	}
	for _, p := range cfg.Programs {
		s.Programs = append(s.Programs, program(p))
	}
	return s
}

func program(c ProgramConfig) supervisor.Program {
	p := supervisor.Program{
		Service: c.Service, Namespace: c.Namespace, Command: c.Command, Release: c.Release,
		WorkingDirectory: c.WorkingDirectory, Environment: reveal(c.Environment), InheritEnvironment: c.InheritEnvironment,
		StopTimeout: c.StopTimeout, StartTimeout: c.StartTimeout, RestartOnExit: c.RestartOnExit,
		BackoffInitial: c.Backoff.Initial, BackoffMax: c.Backoff.Max, OptOut: c.OptOut, Agent: c.Agent,
		LogMaxBytes: int64(c.LogMaxMiB) << 20,
	}
	for _, i := range c.Instances {
		in := supervisor.Instance{ID: i.ID, Environment: reveal(i.Environment)}
		if i.Probe.HasValue() {
			in.Probe = probe(i.Probe.Get())
		}
		p.Instances = append(p.Instances, in)
	}
	return p
}

func probe(c *ProbeConfig) *supervisor.Probe {
	p := &supervisor.Probe{Interval: c.Interval, Timeout: c.Timeout, Failures: c.Failures, Successes: c.Successes}
	if c.HTTP.HasValue() {
		p.URL = c.HTTP.Get().URL
	} else {
		p.Endpoint = c.TCP.Get().Endpoint
	}
	return p
}

func reveal(m map[string]configopaque.String) map[string]string {
	plain := make(map[string]string, len(m))
	for k, v := range m {
		plain[k] = string(v)
	}
	return plain
}

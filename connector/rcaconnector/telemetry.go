package rcaconnector

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/rca"
)

// Attribute sets of the connector's own metrics, made once.
var (
	signalTraces  = option("signal", "traces")
	signalMetrics = option("signal", "metrics")
	signalLogs    = option("signal", "logs")
	statusOption  = map[string]metric.MeasurementOption{"open": option("status", "open"), "resolved": option("status", "resolved")}
	eventOption   = map[string]metric.MeasurementOption{
		"agent.state": option("event", "agent.state"), "alert": option("event", "alert"), "change": option("event", "change"),
	}
)

func option(key, value string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String(key, value)))
}

func (e *engine) received(ctx context.Context, signal metric.MeasurementOption, n int) {
	e.telemetry.ConnectorRcaReceived.Add(ctx, int64(n), signal)
}

func (e *engine) unsigned(ctx context.Context, kind string) {
	e.telemetry.ConnectorRcaUnsignedEvents.Add(ctx, 1, eventOption[kind])
}

func (e *engine) stats() rca.Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.brain.Stats()
	s.DroppedOther += uint64(e.grown.refused)
	return s
}

// observe registers what is read when somebody asks.
func (e *engine) observe() error {
	t := e.telemetry
	for _, g := range []struct {
		register func(metric.Int64Callback) error
		value    func(rca.Stats) int64
	}{
		{t.RegisterConnectorRcaHeldBytesCallback, func(s rca.Stats) int64 { return s.Bytes }},
		{t.RegisterConnectorRcaHeldLimitBytesCallback, func(s rca.Stats) int64 { return s.MaxBytes }},
		{t.RegisterConnectorRcaHeldSpansCallback, func(s rca.Stats) int64 { return int64(s.HeldSpans) }},
		{t.RegisterConnectorRcaIncidentsOpenCallback, func(s rca.Stats) int64 { return int64(s.Open) }},
	} {
		if err := g.register(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(g.value(e.stats()))
			return nil
		}); err != nil {
			return err
		}
	}
	if err := t.RegisterIncidentsOpenCallback(e.standing.observe); err != nil {
		return err
	}
	return t.RegisterConnectorRcaDroppedCallback(func(_ context.Context, o metric.Int64Observer) error {
		s := e.stats()
		for reason, n := range map[string]int64{
			"full": int64(s.DroppedFull), "time": int64(s.DroppedTime), "remnant": int64(s.DroppedRemnant),
			"names": int64(s.DroppedOther), "brief": int64(s.BriefAlerts), "no_service": e.noService.Load(), "undecodable": e.undecodable.Load(),
		} {
			o.Observe(n, option("reason", reason))
		}
		return nil
	})
}

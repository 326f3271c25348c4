package rcaconnector

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadatatest"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// lose makes the next use of the engine panic.
func (e *engine) lose() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.brain = nil
}

func TestAPanicOfTheEngineEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel := componenttest.NewTelemetry()
		core, logs := observer.New(zapcore.ErrorLevel)
		set := connectortest.NewNopSettings(metadata.Type)
		set.TelemetrySettings = tel.NewTelemetrySettings()
		set.Logger = zap.New(core)
		sink := &fakeSink{codec: eventlog.NewCodec("")}
		c := NewFactory()
		in, err := c.CreateTracesToLogs(t.Context(), set, defaultConfig(), sink)
		require.NoError(t, err)
		require.NoError(t, in.Start(t.Context(), componenttest.NewNopHost()))
		rc := in.(*rcaConnector)
		e := rc.engine.Load()

		for _, use := range []func(context.Context) error{
			func(ctx context.Context) error { return in.ConsumeTraces(ctx, spanBatch(time.Now(), 1, true)) },
			func(ctx context.Context) error { return rc.ConsumeMetrics(ctx, gauge()) },
			func(ctx context.Context) error {
				return rc.ConsumeLogs(ctx, stateRecord(t, eventlog.NewCodec(""), event.AgentExited))
			},
			func(context.Context) error {
				time.Sleep(2 * tick) // of the bubble's clock: a tick meets it
				return nil
			},
		} {
			e.lose()
			assert.NoError(t, use(t.Context()))
		}
		metadatatest.AssertEqualConnectorRcaPanics(t, tel, []metricdata.DataPoint[int64]{{Value: 4}}, metricdatatest.IgnoreTimestamp())
		require.Equal(t, 1, logs.Len(), "a fault that comes again is counted only")
		assert.Contains(t, logs.All()[0].ContextMap()["stack"], "walkTraces")
		assert.Contains(t, logs.All()[0].ContextMap()["panic"], "nil pointer")

		require.NoError(t, rc.ConsumeLogs(t.Context(), stateRecord(t, eventlog.NewCodec(""), event.AgentExited)))
		time.Sleep(2 * time.Second)
		assert.Len(t, sink.incidents(), 1, "the new engine works")
		e.lose()
		require.NoError(t, in.Shutdown(t.Context()))
		require.NoError(t, tel.Shutdown(context.Background()))
	})
}

// gauge is a value of a metric of an instance.
func gauge() pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "payment")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("memory")
	m.SetEmptyGauge().DataPoints().AppendEmpty().SetDoubleValue(1)
	return md
}

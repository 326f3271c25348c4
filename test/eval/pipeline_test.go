package eval

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelheal/otelheal/connector/rcaconnector"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/exporter/recoveryexporter"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// shopConfig is what the demonstration runs.
const shopConfig = "../../examples/shop/config/otelheal.yaml"

// flow is the demonstration's way of telemetry, of the real components with
// its own settings: anomaly, rca, recovery, and a healer behind it.
type flow struct {
	parts     []component.Component // in the order of their start
	metrics   consumer.Metrics
	traces    consumer.Traces
	logs      consumer.Logs
	anomalies *anomalyCounter
	incidents *incidentSink
	ward      *ward
	tel       *componenttest.Telemetry
}

func startFlow(t *testing.T, w *ward) *flow {
	t.Helper()
	f := &flow{ward: w, tel: componenttest.NewTelemetry()}
	raw, err := os.ReadFile(shopConfig)
	require.NoError(t, err)
	doc, err := confmap.NewRetrievedFromYAML(raw)
	require.NoError(t, err)
	conf, err := doc.AsConf()
	require.NoError(t, err)
	configure := func(key string, cfg component.Config) component.Config {
		sub, err := conf.Sub(key)
		require.NoError(t, err)
		require.NoError(t, sub.Unmarshal(cfg))
		return cfg
	}

	recovery := recoveryexporter.NewFactory()
	acting, err := recovery.CreateLogs(t.Context(), exportertest.NewNopSettings(recovery.Type()),
		configure("exporters::recovery", recovery.CreateDefaultConfig()))
	require.NoError(t, err)
	f.incidents = &incidentSink{Logs: acting, codec: eventlog.NewCodec(""), all: map[string]event.Incident{}}

	rca := rcaconnector.NewFactory()
	set := connectortest.NewNopSettings(rca.Type())
	cfg := configure("connectors::rca", rca.CreateDefaultConfig())
	sink := connector.NewLogsRouter(map[pipeline.ID]consumer.Logs{pipeline.NewID(pipeline.SignalLogs): f.incidents}).(consumer.Logs)
	traces, err := rca.CreateTracesToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	logs, err := rca.CreateLogsToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	metrics, err := rca.CreateMetricsToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)

	anomaly := anomalyprocessor.NewFactory()
	watched := processortest.NewNopSettings(anomaly.Type())
	watched.TelemetrySettings = f.tel.NewTelemetrySettings()
	f.anomalies = &anomalyCounter{Metrics: metrics, by: map[string]int{}, onsets: map[string]int64{}}
	scored, err := anomaly.CreateMetrics(t.Context(), watched, configure("processors::anomaly", anomaly.CreateDefaultConfig()), f.anomalies)
	require.NoError(t, err)

	f.traces, f.logs, f.metrics = traces, logs, scored
	f.parts = []component.Component{acting, traces, logs, metrics, scored}
	for _, p := range f.parts {
		require.NoError(t, p.Start(t.Context(), host{w}))
	}
	require.NoError(t, f.logs.ConsumeLogs(t.Context(), w.states(t)))
	return f
}

func (f *flow) stop(t *testing.T) {
	for k := range f.parts {
		require.NoError(t, f.parts[len(f.parts)-1-k].Shutdown(t.Context()))
	}
}

// scored is how many points the anomaly processor judged.
func (f *flow) scored(t *testing.T) int64 {
	t.Helper()
	m, err := f.tel.GetMetric("otelcol_processor_anomaly_points_scored")
	require.NoError(t, err)
	var n int64
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		n += p.Value
	}
	return n
}

// incidentSink keeps the newest revision of each incident on its way.
type incidentSink struct {
	consumer.Logs
	codec *eventlog.Codec
	mu    sync.Mutex
	order []string
	all   map[string]event.Incident
}

// ConsumeLogs implements consumer.Logs.
func (s *incidentSink) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	s.mu.Lock()
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if i, _, err := s.codec.ReadIncident(lr); err == nil {
					if _, known := s.all[i.ID]; !known {
						s.order = append(s.order, i.ID)
					}
					s.all[i.ID] = *i
				}
			}
		}
	}
	s.mu.Unlock()
	return s.Logs.ConsumeLogs(ctx, ld)
}

// summaries are the incidents in the order in which they opened.
func (s *incidentSink) summaries() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.order {
		i := s.all[id]
		list = append(list, i.OpenedAt.Format(time.TimeOnly)+" "+i.Summary)
	}
	return list
}

// anomalyCounter counts the anomalies that begin, by metric, on their way to rca.
type anomalyCounter struct {
	consumer.Metrics
	began  int
	by     map[string]int   // metric and aspect
	onsets map[string]int64 // of the newest anomaly of each series
}

// ConsumeMetrics implements consumer.Metrics.
func (c *anomalyCounter) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() == "otelheal.anomaly.score" {
					c.count(text(rm.Resource().Attributes()), m)
				}
			}
		}
	}
	return c.Metrics.ConsumeMetrics(ctx, md)
}

func (c *anomalyCounter) count(resource string, m pmetric.Metric) {
	for _, p := range m.Gauge().DataPoints().All() {
		if _, ended := p.Attributes().Get("otelheal.anomaly.end"); ended {
			continue
		}
		series, onset := resource+text(p.Attributes()), int64(p.StartTimestamp())
		if c.onsets[series] == onset {
			continue
		}
		c.onsets[series] = onset
		c.began++
		metric, _ := p.Attributes().Get("otelheal.metric.name")
		aspect, _ := p.Attributes().Get("otelheal.metric.aspect")
		c.by[metric.Str()+" "+aspect.Str()]++
	}
}

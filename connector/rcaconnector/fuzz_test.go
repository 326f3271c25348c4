package rcaconnector

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
)

// still is an engine whose ticks the test makes.
func still(t testing.TB) *engine {
	e := newEngine(defaultConfig(), consumertest.NewNop(), zap.NewNop())
	var err error
	e.telemetry, err = metadata.NewTelemetryBuilder(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	return e
}

func FuzzOTLP(f *testing.F) {
	traces, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(spanBatch(time.Unix(1e9, 0), 1, false))
	require.NoError(f, err)
	f.Add(byte(0), traces)
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "s")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("otelheal.anomaly.score")
	m.SetEmptyGauge().DataPoints().AppendEmpty().Attributes().PutStr(attrMetric, "m")
	points, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(md)
	require.NoError(f, err)
	f.Add(byte(1), points)
	points, err = (&pmetric.ProtoMarshaler{}).MarshalMetrics(counts(time.Unix(1e9, 0)))
	require.NoError(f, err)
	f.Add(byte(1), points)
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	lr.Body().SetStr(`{"trace_id":"00000000000000000000000000000001","level":"error"}`)
	logs, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	require.NoError(f, err)
	f.Add(byte(2), logs)
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		e := still(t)
		now := time.Unix(1e9, 0)
		e.now = func() time.Time { return now }
		switch kind % 3 {
		case 0:
			if td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(data); err == nil {
				e.takeTraces(t.Context(), td)
			}
		case 1:
			if md, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(data); err == nil {
				e.takeMetrics(t.Context(), md)
			}
		case 2:
			if ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data); err == nil {
				e.takeLogs(t.Context(), ld)
			}
		}
		for range 8 {
			now = now.Add(time.Second)
			e.tick(t.Context())
		}
	})
}

// counts are the series of one edge, as increases.
func counts(now time.Time) pmetric.Metrics {
	md := pmetric.NewMetrics()
	list := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	between := func(m pcommon.Map) {
		m.PutStr("client", "a")
		m.PutStr("server", "b")
	}
	for _, name := range []string{"traces_service_graph_request_total", "traces_service_graph_request_failed_total"} {
		m := list.AppendEmpty()
		m.SetName(name)
		s := m.SetEmptySum()
		s.SetIsMonotonic(true)
		s.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		p := s.DataPoints().AppendEmpty()
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-5 * time.Second)))
		p.SetTimestamp(pcommon.NewTimestampFromTime(now))
		p.SetIntValue(50)
		between(p.Attributes())
	}
	m := list.AppendEmpty()
	m.SetName("traces_service_graph_request_client")
	m.SetUnit("s")
	h := m.SetEmptyHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	p := h.DataPoints().AppendEmpty()
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-5 * time.Second)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(now))
	p.SetCount(50)
	p.ExplicitBounds().FromRaw([]float64{0.1, 1})
	p.BucketCounts().FromRaw([]uint64{30, 15, 5})
	between(p.Attributes())
	return md
}

func TestHugeAttributesAreCut(t *testing.T) {
	e := still(t)
	huge := strings.Repeat("x\n7", 10<<20/3)
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	for _, k := range []string{"service.name", "service.instance.id", "service.namespace", "host.name"} {
		rs.Resource().Attributes().PutStr(k, huge)
	}
	now := time.Now()
	for _, kind := range []ptrace.SpanKind{ptrace.SpanKindServer, ptrace.SpanKindClient} {
		sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		sp.SetName(huge)
		sp.SetKind(kind)
		sp.SetTraceID([16]byte{1})
		sp.SetSpanID([8]byte{byte(kind)})
		sp.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Second)))
		sp.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
		sp.Status().SetCode(ptrace.StatusCodeError)
		sp.Status().SetMessage(huge)
		for _, k := range []string{"server.address", "peer.service", "db.system", "error.type", "http.route"} {
			sp.Attributes().PutStr(k, huge)
		}
		ev := sp.Events().AppendEmpty()
		ev.SetName("exception")
		ev.Attributes().PutStr("exception.message", huge)
	}
	e.takeTraces(t.Context(), td)
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", huge)
	lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	lr.SetSeverityNumber(plog.SeverityNumberError)
	lr.Body().SetStr(huge)
	e.takeLogs(t.Context(), ld)
	for range 8 {
		e.tick(t.Context())
	}
	assert.Less(t, e.stats().Bytes, int64(64<<10))
}

package eval

import (
	"context"
	"math/rand"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/connector/rcaconnector"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/internal/shopsim"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// shopRig is a simulated shop before the real anomaly processor and the real rca
// connector, both in the shop's time.
type shopRig struct {
	*shopsim.Shop
	t         *testing.T
	rnd       *rand.Rand // of what programs use up
	codec     *eventlog.Codec
	ticks     chan func()
	parts     []component.Component
	traces    consumer.Traces
	logs      consumer.Logs
	metrics   consumer.Metrics
	spans     ptrace.Traces // of this step
	spansOf   map[event.Entity]ptrace.SpanSlice
	lines     plog.Logs
	incidents []event.Incident // as emitted
	clock     atomic.Int64     // of the connector, in unix nanoseconds
	real      bool             // others look at the clock as well: it goes with the shop's, in a bubble
}

func startShop(t *testing.T, seed int64) *shopRig {
	r := &shopRig{t: t, rnd: rand.New(rand.NewSource(seed)), codec: eventlog.NewCodec(""), ticks: make(chan func()), lines: plog.NewLogs()}
	r.clear()
	f := rcaconnector.NewReplayFactory(rcaconnector.Clock{Now: func() time.Time { return time.Unix(0, r.clock.Load()).UTC() }, Ticks: r.ticks})
	cfg := f.CreateDefaultConfig().(*rcaconnector.Config)
	cfg.EmitInterval = time.Second
	set := connectortest.NewNopSettings(f.Type())
	sink, err := consumer.NewLogs(r.take)
	require.NoError(t, err)
	traces, err := f.CreateTracesToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	logs, err := f.CreateLogsToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	metrics, err := f.CreateMetricsToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	anomaly := anomalyprocessor.NewFactory()
	scored, err := anomaly.CreateMetrics(t.Context(), processortest.NewNopSettings(anomaly.Type()), anomaly.CreateDefaultConfig(), metrics)
	require.NoError(t, err)
	r.traces, r.logs, r.metrics = traces, logs, scored
	r.parts = []component.Component{traces, logs, metrics, scored}
	for _, p := range r.parts {
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	}
	r.Shop = shopsim.New(seed, r)
	return r
}

func (r *shopRig) stop() {
	for k := range r.parts {
		require.NoError(r.t, r.parts[len(r.parts)-1-k].Shutdown(context.Background()))
	}
}

func (r *shopRig) clear() {
	r.spans, r.spansOf = ptrace.NewTraces(), map[event.Entity]ptrace.SpanSlice{}
}

// take keeps what the connector emits, within a tick.
func (r *shopRig) take(_ context.Context, ld plog.Logs) error {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				i, _, err := r.codec.ReadIncident(lr)
				if err != nil {
					return err
				}
				r.incidents = append(r.incidents, *i)
			}
		}
	}
	return nil
}

func describe(m pcommon.Map, n event.Entity) {
	m.PutStr("service.namespace", n.Namespace)
	m.PutStr("service.name", n.Service)
	if n.Instance != "" {
		m.PutStr("service.instance.id", n.Instance)
	}
	if n.Host != "" {
		m.PutStr("host.name", n.Host)
	}
}

var shopKinds = map[shopsim.Kind]ptrace.SpanKind{
	shopsim.KindServer: ptrace.SpanKindServer, shopsim.KindClient: ptrace.SpanKindClient, shopsim.KindUnspecified: ptrace.SpanKindUnspecified,
}

// AddSpan implements shopsim.Sink.
func (r *shopRig) AddSpan(s *shopsim.Span, _ time.Time) {
	list, ok := r.spansOf[s.Entity]
	if !ok {
		rs := r.spans.ResourceSpans().AppendEmpty()
		describe(rs.Resource().Attributes(), s.Entity)
		list = rs.ScopeSpans().AppendEmpty().Spans()
		r.spansOf[s.Entity] = list
	}
	x := list.AppendEmpty()
	x.SetTraceID(s.TraceID)
	x.SetSpanID(s.SpanID)
	x.SetParentSpanID(s.ParentID)
	x.SetKind(shopKinds[s.Kind])
	x.SetName(s.Name)
	x.SetStartTimestamp(pcommon.NewTimestampFromTime(s.Start))
	x.SetEndTimestamp(pcommon.NewTimestampFromTime(s.End))
	if s.Failure != shopsim.FailureNone {
		x.Status().SetCode(ptrace.StatusCodeError)
		x.Status().SetMessage(s.Error)
	}
	if s.Peer.Address != "" {
		x.Attributes().PutStr("server.address", s.Peer.Address)
	}
	if s.Peer.System != "" {
		x.Attributes().PutStr("db.system.name", s.Peer.System)
	}
}

// AddLog implements shopsim.Sink.
func (r *shopRig) AddLog(l *shopsim.Log, _ time.Time) {
	rl := r.lines.ResourceLogs().AppendEmpty()
	describe(rl.Resource().Attributes(), l.Entity)
	x := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	x.SetTraceID(l.TraceID)
	x.SetSpanID(l.SpanID)
	x.SetTimestamp(pcommon.NewTimestampFromTime(l.At))
	x.SetSeverityNumber(plog.SeverityNumberError)
	x.Body().SetStr(l.Text)
}

// AddState implements shopsim.Sink.
func (r *shopRig) AddState(s event.AgentState, _ time.Time) {
	require.NoError(r.t, r.codec.WriteAgentState(r.record(), &s))
}

// change tells that somebody changed something.
func (r *shopRig) change(c event.Change) {
	require.NoError(r.t, r.codec.WriteChange(r.record(), &c))
}

func (r *shopRig) record() plog.LogRecord {
	return r.lines.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
}

// Step implements shopsim.Sink: it brings what arrived, and what programs use
// each second.
func (r *shopRig) Step(now time.Time) {
	ctx := r.t.Context()
	r.clock.Store(now.UnixNano())
	if r.real {
		time.Sleep(time.Until(now))
		synctest.Wait()
	}
	if r.lines.LogRecordCount() > 0 {
		require.NoError(r.t, r.logs.ConsumeLogs(ctx, r.lines))
		r.lines = plog.NewLogs()
	}
	if len(r.spansOf) > 0 {
		require.NoError(r.t, r.traces.ConsumeTraces(ctx, r.spans))
		r.clear()
	}
	if now.UnixMilli()%1000 == 0 {
		require.NoError(r.t, r.metrics.ConsumeMetrics(ctx, r.usage(now)))
	}
	if now.UnixMilli()%250 == 0 {
		done := make(chan struct{})
		r.ticks <- func() { close(done) }
		<-done
	}
}

func (r *shopRig) usage(now time.Time) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for _, name := range shopsim.Services() {
		for _, p := range r.Programs[name] {
			if p.Down || r.Mute[name] {
				continue
			}
			rm := md.ResourceMetrics().AppendEmpty()
			describe(rm.Resource().Attributes(), p.Entity)
			list := rm.ScopeMetrics().AppendEmpty().Metrics()
			cpu, memory := r.Used(p, r.rnd)
			m := list.AppendEmpty()
			m.SetName("process.cpu.utilization")
			d := m.SetEmptyGauge().DataPoints().AppendEmpty()
			d.SetTimestamp(pcommon.NewTimestampFromTime(now))
			d.SetDoubleValue(cpu)
			held(list.AppendEmpty(), "process.memory.usage", now, memory)
			held(list.AppendEmpty(), "go.memory.used", now, r.Stacked(p, r.rnd)).Attributes().PutStr("go.memory.type", "stack")
		}
	}
	return md
}

// held is an amount that goes up and down, as SDKs export it.
func held(m pmetric.Metric, name string, now time.Time, bytes float64) pmetric.NumberDataPoint {
	m.SetName(name)
	m.SetUnit("By")
	sum := m.SetEmptySum()
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	d := sum.DataPoints().AppendEmpty()
	d.SetTimestamp(pcommon.NewTimestampFromTime(now))
	d.SetDoubleValue(bytes)
	return d
}

package eval

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const daySeed = 7

// TestFaultFreeDay replays a recording of the healthy shop, stretched to a day
// whose load rises and falls, through the components and settings of the
// demonstration on a clock of its own. At most one incident may open, and none
// may lead to anything being done.
//
// OTELHEAL_EVAL_DAY=1 (`make eval`) replays 24 hours; otherwise it is one, from
// the steepest part of the curve.
func TestFaultFreeDay(t *testing.T) {
	rec := readRecording(t, filepath.Join("testdata", "shop.otlp.gz"))
	hours, from := 1, 5
	if os.Getenv("OTELHEAL_EVAL_DAY") != "" {
		hours, from = 24, 0
	}
	begun := time.Now()
	synctest.Test(t, func(t *testing.T) {
		f := startFlow(t, newWard(rec))
		s := newStretch(rec, daySeed)
		for sec := range hours * 3600 {
			f.second(t, s, curve(time.Duration(from)*time.Hour+time.Duration(sec)*time.Second), "")
		}
		f.stop(t)
		points, scored := s.growth.points, f.scored(t)
		t.Logf("%d simulated hours: %d spans, %d logs, %d points (%d judged)", hours, s.spans, s.logs, points, scored)
		t.Logf("%d anomalies, %.2f in 10⁴ points: %v", f.anomalies.began, 1e4*float64(f.anomalies.began)/float64(points), f.anomalies.by)
		t.Logf("%d incidents: %q; %d actions asked for; executed: %q",
			len(f.incidents.order), f.incidents.summaries(), len(f.ward.actions), f.ward.executed())
		assert.LessOrEqual(t, len(f.incidents.order), 1, "incidents without a fault")
		assert.Empty(t, f.ward.executed(), "actions without a fault")
		assert.Greater(t, float64(scored), 0.99*float64(points), "points that are not judged prove nothing")
	})
	t.Logf("took %s", time.Since(begun).Round(time.Second))
}

// TestFaultInTheDay is the same day with a fault in it: what finds nothing there
// would prove nothing by finding nothing in the other.
func TestFaultInTheDay(t *testing.T) {
	rec := readRecording(t, filepath.Join("testdata", "shop.otlp.gz"))
	synctest.Test(t, func(t *testing.T) {
		f := startFlow(t, newWard(rec))
		s := newStretch(rec, daySeed)
		for sec := range 420 {
			faulty := ""
			if sec >= 360 {
				faulty = "payment-1"
			}
			f.second(t, s, curve(6*time.Hour), faulty)
		}
		f.stop(t)
		require.Len(t, f.incidents.order, 1, "%q", f.incidents.summaries())
		require.NotEmpty(t, f.ward.orders, "%q", f.incidents.summaries())
		assert.Equal(t, "restart", f.ward.orders[0].Order.Verb)
		assert.Equal(t, "payment-1", f.ward.orders[0].Order.Target.Entity.Instance)
	})
}

// curve is the load at a time of day: a fifth of the recording's at midnight,
// all of it at noon.
func curve(at time.Duration) float64 { return 0.6 - 0.4*math.Cos(2*math.Pi*at.Hours()/24) }

// second plays one simulated second of telemetry, in which one instance may be faulty.
func (f *flow) second(t *testing.T, s *stretch, load float64, faulty string) {
	<-time.After(time.Second) // of the simulated clock
	now := time.Now()
	td, ld := s.traces(now, load)
	if faulty != "" {
		fail(td, ld, faulty)
	}
	require.NoError(t, f.traces.ConsumeTraces(t.Context(), td))
	require.NoError(t, f.logs.ConsumeLogs(t.Context(), ld))
	for _, md := range s.growth.metrics(now, load) {
		require.NoError(t, f.metrics.ConsumeMetrics(t.Context(), md))
	}
	f.ward.tick()
}

// fail makes every request to an instance fail, and those that led to it; the
// instance logs why.
func fail(td ptrace.Traces, ld plog.Logs, instance string) {
	type id struct {
		trace pcommon.TraceID
		span  pcommon.SpanID
	}
	spans, broken := map[id]ptrace.Span{}, []ptrace.Span{}
	for _, rs := range td.ResourceSpans().All() {
		of, _ := rs.Resource().Attributes().Get("service.instance.id")
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				spans[id{span.TraceID(), span.SpanID()}] = span
				if of.Str() == instance && span.Kind() == ptrace.SpanKindServer {
					broken = append(broken, span)
					rl := ld.ResourceLogs().AppendEmpty()
					rs.Resource().CopyTo(rl.Resource())
					lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
					lr.SetTimestamp(span.EndTimestamp())
					lr.SetSeverityNumber(plog.SeverityNumberError)
					lr.Body().SetStr("index out of range")
					lr.SetTraceID(span.TraceID())
					lr.SetSpanID(span.SpanID())
				}
			}
		}
	}
	for _, span := range broken {
		for ok := true; ok; span, ok = spans[id{span.TraceID(), span.ParentSpanID()}] {
			span.Status().SetCode(ptrace.StatusCodeError)
			span.Attributes().PutInt("http.response.status_code", 500)
		}
	}
}

package anomalyprocessor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor/internal/metadata"
)

// bench is one pipeline with a clock that follows the data.
type bench struct {
	t    *testing.T
	p    *anomalyProcessor
	sink *consumertest.MetricsSink
	fail atomic.Bool // the next consumer refuses scores
	now  atomic.Int64
	sent int // scores looked at already
}

var errRefused = errors.New("refused")

func newBench(t *testing.T, change func(*Config)) *bench {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	b := &bench{t: t, sink: &consumertest.MetricsSink{}}
	next, err := consumer.NewMetrics(func(ctx context.Context, md pmetric.Metrics) error {
		if isScores(md) {
			if b.fail.Load() {
				return errRefused
			}
			return b.sink.ConsumeMetrics(ctx, md)
		}
		return nil
	})
	require.NoError(t, err)
	b.start(cfg, componenttest.NewNopHost(), next)
	t.Cleanup(func() { require.NoError(t, b.p.Shutdown(context.Background())) })
	return b
}

func (b *bench) start(cfg *Config, host component.Host, next consumer.Metrics) {
	p, err := NewFactory().CreateMetrics(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, next)
	require.NoError(b.t, err)
	b.p = p.(*anomalyProcessor)
	b.now.Store(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	b.p.now = func() time.Time { return time.Unix(0, b.now.Load()) }
	require.NoError(b.t, p.Start(context.Background(), host))
}

func isScores(md pmetric.Metrics) bool {
	rms := md.ResourceMetrics()
	return rms.Len() > 0 && rms.At(0).ScopeMetrics().Len() > 0 && rms.At(0).ScopeMetrics().At(0).Scope().Name() == scopeName
}

// feed passes one batch a second later.
func (b *bench) feed(fill func(t pcommon.Timestamp, metrics pmetric.MetricSlice)) []point {
	b.t.Helper()
	return b.feedFrom("payment-1", fill)
}

func (b *bench) feedFrom(instance string, fill func(t pcommon.Timestamp, metrics pmetric.MetricSlice)) []point {
	b.t.Helper()
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "payment")
	rm.Resource().Attributes().PutStr("service.namespace", "shop")
	rm.Resource().Attributes().PutStr("service.instance.id", instance)
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName("app")
	fill(pcommon.Timestamp(b.now.Add(int64(time.Second))), sm.Metrics())
	md.MarkReadOnly()
	require.NoError(b.t, b.p.ConsumeMetrics(context.Background(), md))
	return b.scores()
}

func (b *bench) stats() detector.Stats {
	b.p.engine.mu.Lock()
	defer b.p.engine.mu.Unlock()
	return b.p.engine.store.Stats()
}

// point is one score point as the tests look at it.
type point struct {
	instance, view, metric, aspect, end string
	value                               float64
	exemplars                           int
}

// scores returns the points that arrived since the last call.
func (b *bench) scores() (all []point) {
	batches := b.sink.AllMetrics()
	for ; b.sent < len(batches); b.sent++ {
		for _, rm := range batches[b.sent].ResourceMetrics().All() {
			instance, _ := rm.Resource().Attributes().Get("service.instance.id")
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				for _, dp := range m.Gauge().DataPoints().All() {
					text := func(k string) string {
						v, _ := dp.Attributes().Get(k)
						if v == (pcommon.Value{}) {
							return ""
						}
						return v.Str()
					}
					p := point{view: m.Name(), metric: text(attrMetric), aspect: text(attrAspect), end: text(attrEnd), value: dp.DoubleValue(), exemplars: dp.Exemplars().Len()}
					if instance != (pcommon.Value{}) {
						p.instance = instance.Str()
					}
					assert.Equal(b.t, p.end != "", dp.Flags().NoRecordedValue())
					all = append(all, p)
				}
			}
		}
	}
	return all
}

// of keeps the scores proper of one metric.
func of(all []point, metric string) (kept []point) {
	for _, p := range all {
		if p.view == "otelheal.anomaly.score" && p.metric == metric {
			kept = append(kept, p)
		}
	}
	return kept
}

func gauge(metrics pmetric.MetricSlice, name string, t pcommon.Timestamp, v float64) pmetric.NumberDataPoint {
	m := metrics.AppendEmpty()
	m.SetName(name)
	dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
	dp.SetTimestamp(t)
	dp.SetDoubleValue(v)
	return dp
}

func counter(metrics pmetric.MetricSlice, name string, t, start pcommon.Timestamp, v int64) pmetric.NumberDataPoint {
	m := metrics.AppendEmpty()
	m.SetName(name)
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	dp := sum.DataPoints().AppendEmpty()
	dp.SetTimestamp(t)
	dp.SetStartTimestamp(start)
	dp.SetIntValue(v)
	return dp
}

func TestLatencyHistogramFiveTimesSlower(t *testing.T) {
	b := newBench(t, nil)
	r := rand.New(rand.NewPCG(1, 2))
	bounds := []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}
	counts := make([]uint64, len(bounds)+1)
	var n uint64
	var sum float64
	step := func(factor float64) []point {
		return b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
			for range 30 + r.IntN(10) {
				v := factor * 0.02 * math.Exp(0.4*r.NormFloat64())
				i := 0
				for i < len(bounds) && v > bounds[i] {
					i++
				}
				counts[i]++
				n++
				sum += v
			}
			m := metrics.AppendEmpty()
			m.SetName("http.server.request.duration")
			m.SetUnit("s")
			h := m.SetEmptyHistogram()
			h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
			dp := h.DataPoints().AppendEmpty()
			dp.SetTimestamp(ts)
			dp.SetStartTimestamp(1)
			dp.SetCount(n)
			dp.SetSum(sum)
			dp.ExplicitBounds().FromRaw(bounds)
			dp.BucketCounts().FromRaw(counts)
			dp.Exemplars().AppendEmpty().SetTraceID([16]byte{1})
		})
	}
	for range 600 {
		require.Empty(t, step(1), "steady load is no anomaly")
	}
	require.Empty(t, step(5), "one breach is none")
	scores := of(step(5), "http.server.request.duration")
	require.NotEmpty(t, scores)
	seen := map[string]bool{}
	for _, s := range scores {
		seen[s.aspect] = true
		assert.Greater(t, s.value, 3.0)
		assert.Equal(t, 1, s.exemplars)
		assert.Equal(t, "payment-1", s.instance)
	}
	assert.True(t, seen["mean"])
	assert.True(t, seen["p99"])
	assert.False(t, seen["rate"])

	step(1)
	ends := of(step(1), "http.server.request.duration")
	for _, s := range ends {
		assert.Equal(t, "returned", s.end)
	}
	assert.Len(t, ends, len(seen))
}

func TestFirstErrorsOfAWatchedServiceCount(t *testing.T) {
	b := newBench(t, nil)
	var requests, failures int64
	step := func(failing int64) []point {
		requests += 20
		failures += failing
		return b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
			counter(metrics, "requests", ts, 1, requests)
			if failures > 0 { // the series is made by the first failure
				counter(metrics, "requests", ts, 1, failures).Attributes().PutStr("error.type", "timeout")
			}
		})
	}
	for range 90 {
		require.Empty(t, step(0))
	}
	step(10)
	scores := of(step(10), "requests")
	require.Len(t, scores, 1, "found at the second sample of a series that was not there before")
	assert.Equal(t, "rate", scores[0].aspect)
}

func TestRestartFiresNothing(t *testing.T) {
	b := newBench(t, nil)
	var v int64
	start := pcommon.Timestamp(1)
	step := func(instance string, memory float64) []point {
		v += 20
		return b.feedFrom(instance, func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
			counter(metrics, "requests", ts, start, v)
			gauge(metrics, "memory", ts, memory)
		})
	}
	for range 120 {
		require.Empty(t, step("payment-1", 500))
	}
	start, v = pcommon.Timestamp(b.now.Load()), 0
	for i := range 8 {
		assert.Empty(t, step("payment-1", 100+float64(i)*50), "same name, new process")
	}
	v = 0
	for i := range 8 {
		assert.Empty(t, step("payment-2", 100+float64(i)*50), "new name")
	}
	assert.NotZero(t, b.stats().Borrowed)
	assert.EqualValues(t, 1, b.stats().Restarts)
}

func TestScoresAreNotScored(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Emit = EmitAll })
	second := newBench(t, nil)
	for i := range 60 {
		b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) { gauge(metrics, "g", ts, float64(i%3)) })
	}
	batches := b.sink.AllMetrics()
	require.NotEmpty(t, batches)
	for _, md := range batches {
		require.NoError(t, second.p.ConsumeMetrics(context.Background(), md))
	}
	assert.Zero(t, second.stats().Series)
}

func TestEndIsHeldWhileScoresAreRefused(t *testing.T) {
	b := newBench(t, nil)
	step := func(v float64) []point {
		return of(b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) { gauge(metrics, "g", ts, v) }), "g")
	}
	for i := range 60 {
		require.Empty(t, step(10+float64(i%3)))
	}
	step(100)
	require.Len(t, step(100), 1)
	b.fail.Store(true)
	step(10)
	require.Empty(t, step(10), "the end is refused")
	require.Positive(t, b.p.held.len())
	b.fail.Store(false)
	late := step(10)
	require.Len(t, late, 1)
	assert.Equal(t, "returned", late[0].end)
	assert.Zero(t, b.p.held.len())
}

func TestSilentAnomalyIsGone(t *testing.T) {
	b := newBench(t, nil)
	step := func(v float64) []point {
		return of(b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) { gauge(metrics, "g", ts, v) }), "g")
	}
	for range 60 {
		step(10)
	}
	step(100)
	require.Len(t, step(100), 1)
	b.now.Add(int64(time.Minute))
	b.p.engine.tend(context.Background())
	ends := of(b.scores(), "g")
	require.Len(t, ends, 1)
	assert.Equal(t, "gone", ends[0].end)
	assert.Equal(t, "payment-1", ends[0].instance)
}

func TestHostilePointsLeaveNoTrace(t *testing.T) {
	b := newBench(t, func(c *Config) { c.MaxSeries = 100 })
	for range 60 {
		b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) { gauge(metrics, "g", ts, 10) })
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308} {
		require.Empty(t, b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) { gauge(metrics, "g", ts, v) }))
	}
	for _, ts := range []pcommon.Timestamp{0, math.MaxUint64, math.MaxInt64, pcommon.Timestamp(b.now.Load() + int64(time.Hour))} {
		require.Empty(t, b.feed(func(_ pcommon.Timestamp, metrics pmetric.MetricSlice) { gauge(metrics, "g", ts, 1e6) }))
	}
	for range 3 { // stale markers are no zero
		require.Empty(t, b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
			gauge(metrics, "g", ts, 0).SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
		}))
	}
	require.Empty(t, b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) { counter(metrics, "g", ts, ts+5, 1) }), "another type, start after time")
	b.feed(func(_ pcommon.Timestamp, metrics pmetric.MetricSlice) { metrics.AppendEmpty().SetName("empty") })
	b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
		for i := range 1000 {
			gauge(metrics, "flood", ts, 1).Attributes().PutInt("i", int64(i))
		}
		deep := gauge(metrics, "deep", ts, 1).Attributes().PutEmptyMap("a")
		for range 1000 {
			deep = deep.PutEmptyMap("a")
		}
	})
	stats := b.stats()
	assert.Equal(t, 100, stats.Series)
	assert.NotZero(t, stats.Refused)
}

func TestAttributeOrderDoesNotMatter(t *testing.T) {
	b := newBench(t, nil)
	for i := range 4 {
		b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
			attrs := gauge(metrics, "g", ts, 1).Attributes()
			for j := range 5 {
				attrs.PutStr(fmt.Sprintf("k%d", (i+j)%5), "v")
			}
		})
	}
	assert.Equal(t, 1, b.stats().Series)
}

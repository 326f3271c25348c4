package bench

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// BenchmarkSpans is the time of a batch, per span, with the copy that all pay for.
func BenchmarkSpans(b *testing.B) {
	b.Run("copy", func(b *testing.B) { perSpan(b, nil) })
	for _, c := range candidates() {
		b.Run(c.name, func(b *testing.B) {
			t, err := c.start()
			require.NoError(b, err)
			defer func() { _ = t.Shutdown(b.Context()) }()
			perSpan(b, t)
		})
	}
}

func perSpan(b *testing.B, t taker) {
	b.ReportAllocs()
	s := newStamper()
	for b.Loop() {
		td := s.batch(time.Now())
		if t != nil {
			if err := t.ConsumeTraces(b.Context(), td); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*spansPerBatch), "ns/span")
}

// TestRatios prints ns per span, net of the copy, and bytes per held span, of
// all candidates in one run. It takes a while, so it wants to be asked for.
func TestRatios(t *testing.T) {
	if os.Getenv("OTELHEAL_BENCH_RATIOS") == "" {
		t.Skip("set OTELHEAL_BENCH_RATIOS=1, or run make bench")
	}
	const rounds = 5 // the fastest counts: what else runs here only adds
	best := map[string]float64{}
	for range rounds {
		measure(t, best, "copy", func(b *testing.B) { perSpan(b, nil) })
		for _, c := range candidates() {
			measure(t, best, c.name, func(b *testing.B) {
				x, err := c.start()
				require.NoError(t, err)
				defer func() { _ = x.Shutdown(t.Context()) }()
				perSpan(b, x)
			})
		}
	}
	floor := best["copy"]
	ours := best["rca"] - floor
	t.Logf("%s, %d cores, %s", runtime.Version(), runtime.NumCPU(), runtime.GOARCH)
	t.Logf("%-14s %10s %10s %12s %14s", "", "ns/span", "net", "of rca's", "B/held span")
	t.Logf("%-14s %10.0f %10s %12s %14s", "copy", floor, "–", "–", "–")
	for _, c := range candidates() {
		net := best[c.name] - floor
		t.Logf("%-14s %10.0f %10.0f %11.2f× %14.0f", c.name, best[c.name], net, net/ours, heldBytes(t, c))
	}
	assert.Positive(t, ours)
}

func measure(t *testing.T, best map[string]float64, name string, f func(*testing.B)) {
	t.Helper()
	r := testing.Benchmark(f)
	require.NotZero(t, r.N, name)
	ns := r.Extra["ns/span"]
	if old, ok := best[name]; !ok || ns < old {
		best[name] = ns
	}
}

// heldBytes is the heap that 50 000 spans take right after they came in, within
// the window of those that keep traces. Those that only count hold little.
func heldBytes(t *testing.T, c candidate) float64 {
	t.Helper()
	const batches = 50
	x, err := c.start()
	require.NoError(t, err)
	s := newStamper()
	require.NoError(t, x.ConsumeTraces(t.Context(), s.batch(time.Now()))) // what the first one sets up is not held per span
	before := heap()
	for range batches {
		require.NoError(t, x.ConsumeTraces(t.Context(), s.batch(time.Now())))
	}
	after := heap()
	runtime.KeepAlive(x)
	require.NoError(t, x.Shutdown(t.Context()))
	return max(0, float64(after)-float64(before)) / (batches * spansPerBatch)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // a second one frees what the first one's finalizers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestBatch holds what the figures rest on.
func TestBatch(t *testing.T) {
	s := newStamper()
	td := s.batch(time.Now())
	assert.Equal(t, spansPerBatch, td.SpanCount())
	ids := map[string]int{}
	for _, rs := range td.ResourceSpans().All() {
		for _, span := range rs.ScopeSpans().At(0).Spans().All() {
			ids[span.TraceID().String()]++
			assert.GreaterOrEqual(t, span.EndTimestamp(), span.StartTimestamp())
			assert.Equal(t, 10, span.Attributes().Len())
		}
	}
	assert.Len(t, ids, traces)
	for _, n := range ids {
		assert.Equal(t, spansPerTrace, n)
	}
}

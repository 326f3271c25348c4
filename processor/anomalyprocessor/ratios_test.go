//go:build unix

package anomalyprocessor

import (
	"context"
	"math"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor/internal/metadata"
)

// reference is the least that a processor of this kind can do: the same walk, the
// same hashes, a map, and an exponentially weighted mean and variance.
type reference struct {
	hasher detector.Hasher
	of     map[detector.Key]*plain
	sum    float64
}

type plain struct{ mean, square float64 }

func (p *plain) step(x float64) float64 {
	const alpha = 0.01
	d := x - p.mean
	z := d / math.Sqrt(p.square+1e-12)
	p.mean += alpha * d
	p.square = (1 - alpha) * (p.square + alpha*d*d)
	return z
}

func (r *reference) consume(_ context.Context, md pmetric.Metrics) error {
	for _, rm := range md.ResourceMetrics().All() {
		res := hashMap(r.hasher, rm.Resource().Attributes(), 0)
		for _, sm := range rm.ScopeMetrics().All() {
			scope := r.hasher.Mix(res, r.hasher.Text(sm.Scope().Name(), useScope))
			for _, m := range sm.Metrics().All() {
				name := r.hasher.Mix(scope, r.hasher.Text(m.Name(), useMetric))
				dps := m.Gauge().DataPoints()
				for i := range dps.Len() {
					dp := dps.At(i)
					key := r.hasher.Mix(name, hashMap(r.hasher, dp.Attributes(), 0))
					p := r.of[key]
					if p == nil {
						p = &plain{mean: dp.DoubleValue()}
						r.of[key] = p
					}
					r.sum += p.step(dp.DoubleValue())
				}
			}
		}
	}
	return nil
}

// TestRatios prints the processor time of a point, of the processor and of the
// reference in turns, and what a series holds. It takes a while, so it wants to
// be asked for.
func TestRatios(t *testing.T) {
	if os.Getenv("OTELHEAL_BENCH_RATIOS") == "" {
		t.Skip("set OTELHEAL_BENCH_RATIOS=1, or run make bench")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, size := range sizes {
		batches := benchBatches(size.series)
		base := liveHeap()
		cfg := createDefaultConfig().(*Config)
		cfg.MaxSeries = size.series + 1
		p, err := NewFactory().CreateMetrics(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
		at := time.Now().Add(-240 * time.Hour)
		round := 0
		feed := func(consume consumer.ConsumeMetricsFunc) float64 {
			var spent time.Duration
			for n, md := range batches {
				stamp(md, at.Add(time.Duration(round)*time.Second), round+n)
				before := processorTime(t)
				require.NoError(t, consume(context.Background(), md))
				spent += processorTime(t) - before
			}
			round++
			return float64(spent) / float64(size.series)
		}
		warm := min(3000, max(40, 40_000_000/size.series)) // past its first values, and seasoned where that is quick
		for range warm {
			feed(p.ConsumeMetrics)
		}
		ours := liveHeap()
		ref := &reference{hasher: detector.Hasher{Seed: [2]uint64{1, 2}}, of: map[detector.Key]*plain{}}
		feed(ref.consume)
		plainHeap := liveHeap()
		rounds := max(9, 1_000_000/size.series)
		var costs [2][]float64
		for range rounds {
			costs[0] = append(costs[0], feed(p.ConsumeMetrics))
			costs[1] = append(costs[1], feed(ref.consume))
		}
		slices.Sort(costs[0])
		slices.Sort(costs[1])
		t.Logf("%-12s anomaly %4.0f ns a point (median %4.0f), reference %4.0f (%4.0f): ratio %.2f (of medians %.2f); %.0f and %.0f bytes a series, after %d values each",
			size.name, costs[0][0], costs[0][rounds/2], costs[1][0], costs[1][rounds/2], costs[0][0]/costs[1][0], costs[0][rounds/2]/costs[1][rounds/2],
			(ours-base)/float64(size.series), (plainHeap-ours)/float64(size.series), warm)
		require.Positive(t, costs[1][0])
		require.NoError(t, p.Shutdown(context.Background()))
		runtime.KeepAlive(ref)
		runtime.KeepAlive(batches)
	}
}

// TestSnapshotOfAMillion prints how long a store of a million series takes to be
// written and read back.
func TestSnapshotOfAMillion(t *testing.T) {
	if os.Getenv("OTELHEAL_BENCH_RATIOS") == "" {
		t.Skip("set OTELHEAL_BENCH_RATIOS=1, or run make bench")
	}
	const series = 1_000_000
	s := detector.NewStore(detector.Settings{MaxSeries: series, IdleTimeout: time.Hour, Seed: [2]uint64{1, 2}})
	m := detector.NewDefaultEWMA()
	h := s.Hasher()
	var out detector.Results
	for round := range int64(40) {
		now := int64(1.7e18) + round*int64(time.Second)
		res := s.Resource(h.Text("r", 1), h.Text("s", 1), now)
		for i := range uint64(series) {
			key := h.Number(i, 1)
			ref, ok := s.Find(key, detector.KindGauge, now)
			if !ok {
				ref, ok = s.Add(detector.Origin{Key: key, Kind: detector.KindGauge, Family: key}, res, now)
				require.True(t, ok)
			}
			s.Gauge(ref, &m, now, float64(i%17)+float64((int64(i)+round*7)%5), 0, &out)
		}
	}
	now := int64(1.7e18) + int64(time.Minute)
	begin := time.Now()
	chunks := s.Encode(now)
	written := time.Since(begin)
	size := 0
	for _, c := range chunks {
		size += len(c)
	}
	begin = time.Now()
	back, err := detector.Decode(s.Settings(), chunks, now)
	require.NoError(t, err)
	t.Logf("a million series: written in %s, read in %s; %d chunks, %d bytes a series", written.Round(time.Millisecond), time.Since(begin).Round(time.Millisecond), len(chunks), size/series)
	require.Equal(t, series, back.Stats().Series)
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func liveHeap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

//go:build unix

package bench

import (
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	rounds       = 9
	timedBatches = 300
	heldBatches  = 50
)

// TestRatios prints the processor time of a span, net of the copy, and the
// bytes of a held span, of all candidates in one run. It takes a while, so it
// wants to be asked for.
//
// Processor time, not time on the clock, since other programs may run here; with
// one thread, so that what is done in the background is not cheaper; the
// fastest of nine rounds in turn, since all that disturbs only adds.
func TestRatios(t *testing.T) {
	if os.Getenv("OTELHEAL_BENCH_RATIOS") == "" {
		t.Skip("set OTELHEAL_BENCH_RATIOS=1, or run make bench")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	all := append([]candidate{{name: "copy"}}, candidates()...)
	costs := make([][]float64, len(all))
	for range rounds {
		for k, c := range all {
			costs[k] = append(costs[k], cost(t, c))
		}
	}
	floor := slices.Min(costs[0])
	ours := slices.Min(costs[1]) - floor
	t.Logf("%s, %s: processor time of a span in ns, and bytes of a held span", runtime.Version(), runtime.GOARCH)
	t.Logf("%-14s %8s %8s %8s %10s %8s", "", "fastest", "median", "net", "of rca's", "B held")
	for k, c := range all {
		slices.Sort(costs[k])
		fastest, median := costs[k][0], costs[k][rounds/2]
		if k == 0 {
			t.Logf("%-14s %8.0f %8.0f", c.name, fastest, median)
			continue
		}
		t.Logf("%-14s %8.0f %8.0f %8.0f %9.2f× %8.0f", c.name, fastest, median, fastest-floor, (fastest-floor)/ours, heldBytes(t, c))
	}
	assert.Positive(t, ours)
}

// cost is the processor time per span, of the copy and the candidate.
func cost(t *testing.T, c candidate) float64 {
	t.Helper()
	var take func(*stamper)
	if c.make != nil {
		x, err := c.start()
		require.NoError(t, err)
		defer func() { require.NoError(t, x.Shutdown(t.Context())) }()
		take = func(s *stamper) { require.NoError(t, x.ConsumeTraces(t.Context(), s.batch(time.Now()))) }
	} else {
		take = func(s *stamper) { s.batch(time.Now()) }
	}
	s := newStamper()
	take(s)
	runtime.GC()
	before := processorTime(t)
	for range timedBatches {
		take(s)
	}
	return float64(processorTime(t)-before) / (timedBatches * spansPerBatch)
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// heldBytes is the heap that 50 000 spans take right after they came in, within
// the window of those that keep traces. Those that only count hold little.
func heldBytes(t *testing.T, c candidate) float64 {
	t.Helper()
	x, err := c.start()
	require.NoError(t, err)
	s := newStamper()
	require.NoError(t, x.ConsumeTraces(t.Context(), s.batch(time.Now()))) // what the first one sets up is not held per span
	before := heap()
	for range heldBatches {
		require.NoError(t, x.ConsumeTraces(t.Context(), s.batch(time.Now())))
	}
	after := heap()
	runtime.KeepAlive(x)
	require.NoError(t, x.Shutdown(t.Context()))
	return max(0, float64(after)-float64(before)) / (heldBatches * spansPerBatch)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // a second one frees what the first one's finalizers let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

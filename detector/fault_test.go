package detector

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const second = int64(1e9)

// series feeds one model in the tests.
type feed struct {
	m EWMA
	s State
	t int64
}

func newFeed() *feed { return &feed{m: NewDefaultEWMA()} }

func (f *feed) step(x Sample) Verdict {
	f.t += second
	x.Time = f.t
	return f.m.Step(&f.s, x)
}

func (f *feed) steady(n int, value func() float64, quantum float64) (opened int) {
	for range n {
		if f.step(Sample{Value: value(), Quantum: quantum}).Change == ChangeOpened {
			opened++
		}
	}
	return opened
}

func TestFaultsAreFoundAtTheSecondSample(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	cases := map[string]struct {
		healthy, faulty func() float64
		quantum         float64
	}{
		"latency five times":    {func() float64 { return 20 + 3*r.NormFloat64() }, func() float64 { return 100 + 15*r.NormFloat64() }, 0},
		"errors from zero":      {func() float64 { return 0 }, func() float64 { return 4 }, 1},
		"errors over a habit":   {func() float64 { return float64(poisson(r, 0.5)) }, func() float64 { return 9 }, 1},
		"ratio from zero":       {func() float64 { return 0 }, func() float64 { return 0.3 }, 0},
		"requests stop":         {func() float64 { return float64(poisson(r, 40)) }, func() float64 { return 0 }, 1},
		"CPU from 20 % to 95 %": {func() float64 { return 0.2 + 0.04*r.NormFloat64() }, func() float64 { return 0.95 }, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFeed()
			require.Zero(t, f.steady(120, c.healthy, c.quantum))
			first := f.t + second
			assert.Equal(t, PhaseSuspect, f.step(Sample{Value: c.faulty(), Quantum: c.quantum}).Phase)
			v := f.step(Sample{Value: c.faulty(), Quantum: c.quantum})
			assert.Equal(t, ChangeOpened, v.Change)
			assert.Equal(t, first, v.Onset, "the onset is the first breach")

			for range 30 { // it lasts, and its score does not fade
				v = f.step(Sample{Value: c.faulty(), Quantum: c.quantum})
				require.Equal(t, PhaseOpen, v.Phase)
			}
			f.step(Sample{Value: c.healthy(), Quantum: c.quantum})
			v = f.step(Sample{Value: c.healthy(), Quantum: c.quantum})
			assert.Equal(t, ChangeReturned, v.Change)
			assert.Equal(t, first, v.Onset, "an end names the anomaly it ends")
		})
	}
}

func TestHeldLevelIsAdopted(t *testing.T) {
	f := newFeed()
	r := rand.New(rand.NewPCG(1, 2))
	f.steady(200, func() float64 { return 10 + r.NormFloat64() }, 0)
	require.Equal(t, 1, f.steady(60, func() float64 { return 50 + r.NormFloat64() }, 0))
	var ends []Change
	for range 700 {
		if v := f.step(Sample{Value: 50 + r.NormFloat64()}); v.Change != ChangeNone {
			ends = append(ends, v.Change)
		}
	}
	assert.Equal(t, []Change{ChangeAdopted}, ends)
	assert.InDelta(t, 50, f.s.Mean, 2)
}

func TestLateAndDoubledPointsAreNoOps(t *testing.T) {
	f := newFeed()
	f.steady(50, func() float64 { return 3 }, 0)
	before := f.s
	assert.Equal(t, SkipDuplicate, f.m.Step(&f.s, Sample{Time: f.t, Value: 99}).Skip)
	assert.Equal(t, SkipLate, f.m.Step(&f.s, Sample{Time: f.t - 7*second, Value: 99}).Skip)
	assert.Equal(t, before, f.s)
}

func TestIntervalsDecayByTime(t *testing.T) {
	// The same history seen at half the rate has the same mean.
	fast, slow := newFeed(), newFeed()
	for i := range int64(600) {
		v := float64(10 + i%7)
		fast.m.Step(&fast.s, Sample{Time: (i + 1) * second, Value: v})
		if i%2 == 0 {
			slow.m.Step(&slow.s, Sample{Time: (i + 1) * second, Value: v})
		}
	}
	assert.InDelta(t, fast.s.Mean, slow.s.Mean, 0.2)
	assert.InDelta(t, float64(fast.s.Weight)/2, float64(slow.s.Weight), 5)

	// After a long gap the series learns before it is judged.
	fast.t = 600*second + 24*3600*second
	assert.Equal(t, ChangeNone, fast.step(Sample{Value: 500}).Change)
	assert.Less(t, fast.s.Weight, float32(3))
}

func FuzzStep(f *testing.F) {
	f.Add(uint64(1), 5.0, 1.0, int64(1))
	f.Add(uint64(2), 1e150, -1e150, int64(1))
	f.Add(uint64(3), 0.0, 1e-300, int64(1<<40))
	f.Fuzz(func(t *testing.T, seed uint64, a, b float64, gap int64) {
		if gap <= 0 || gap > 1<<50 {
			gap = second
		}
		r := rand.New(rand.NewPCG(seed, 0))
		m := NewDefaultEWMA()
		var s State
		for i := range int64(200) {
			x := Sample{Time: (i + 1) * gap, Value: a, Quantum: r.Float64()}
			if r.Float64() < 0.3 {
				x.Value = b
			}
			v := m.Step(&s, x)
			requireInvariants(t, &s)
			if v.Skip == SkipNone && !finite(v.Score, v.Expected, v.Deviation) {
				t.Fatalf("verdict %+v", v)
			}
		}
	})
}

func requireInvariants(t *testing.T, s *State) {
	t.Helper()
	switch {
	case !(s.Weight >= 0):
		t.Fatalf("weight below zero: %+v", *s)
	case !finite(s.Mean, s.Var, s.Level, float64(s.Tail), float64(s.Gap)) || s.Var < 0:
		t.Fatalf("not finite: %+v", *s)
	case (s.Onset != 0) != (s.Phase == PhaseSuspect || s.Phase == PhaseOpen):
		t.Fatalf("onset without anomaly or the other way round: %+v", *s)
	}
}

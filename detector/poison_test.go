package detector

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyday are series in the life of which something bad comes along.
var everyday = map[string]func(r *rand.Rand, i int) float64{
	"gauss":  func(r *rand.Rand, _ int) float64 { return 50 + 3*r.NormFloat64() },
	"zero":   func(r *rand.Rand, _ int) float64 { return r.NormFloat64() },
	"counts": func(r *rand.Rand, _ int) float64 { return float64(poisson(r, 4)) },
	"swings": func(r *rand.Rand, i int) float64 { return 50 + 20*math.Sin(float64(i)/230) + r.NormFloat64() },
}

func newWatch() Watch { return Watch{Model: NewDefaultEWMA()} }

// TestWhatIsNoValueLeavesNoTrace: what cannot be judged leaves the state as it
// was, to the last bit, at any moment of a life.
func TestWhatIsNoValueLeavesNoTrace(t *testing.T) {
	bad := map[string]struct {
		value float64
		back  int64 // nanoseconds before the next value
		skip  Skip
	}{
		"NaN":       {math.NaN(), 0, SkipNotFinite},
		"+Inf":      {math.Inf(1), 0, SkipNotFinite},
		"-Inf":      {math.Inf(-1), 0, SkipNotFinite},
		"1e308":     {1e308, 0, SkipNotFinite},
		"-1e308":    {-1e308, 0, SkipNotFinite},
		"1e40":      {1e40, 0, SkipNotFinite},
		"backwards": {50, 90 * second, SkipLate},
		"doubled":   {50, 60 * second, SkipDuplicate},
	}
	for name, next := range everyday {
		t.Run(name, func(t *testing.T) {
			w, r := newWatch(), rand.New(rand.NewPCG(1, 1))
			for i := range 4000 {
				at := int64(i+100) * 60 * second
				if i > 0 && i%7 == 0 {
					for name, b := range bad {
						before := w
						v := w.Step(Sample{Time: at - b.back, Value: b.value})
						require.Equal(t, b.skip, v.Skip, name)
						require.Equal(t, ChangeNone, v.Change)
						require.True(t, before == w, "%s left a trace at value %d", name, i)
					}
				}
				w.Step(Sample{Time: at, Value: next(r, i)})
			}
		})
	}
}

// TestOneBadValueIsSoonForgotten runs two lives side by side of which one has a
// single absurd value. The outage that comes soon after is found at the same
// value as if nothing had been, and all that is said from ten values later on is
// the same but for what lies just at the limit: a single excursion stays
// remembered, as a precedent and in the tail of a young series.
//
// Before the series is warm, nothing tells absurd from normal.
func TestOneBadValueIsSoonForgotten(t *testing.T) {
	for name, next := range everyday {
		for _, bad := range []float64{1e35, -1e35, 1e12, -1e6, 0, math.SmallestNonzeroFloat64, 1e-300} {
			t.Run(fmt.Sprintf("%s/%g", name, bad), func(t *testing.T) {
				t.Parallel()
				apart, values := 0, 0
				for seed := range uint64(30) {
					r := rand.New(rand.NewPCG(2, seed))
					at := warm + r.IntN(4000)
					well, hurt := newWatch(), newWatch()
					for i := range at + 400 {
						x := next(r, i)
						outage := i >= at+50 && i < at+60
						if outage {
							x += 1000
						}
						y := x
						if i == at {
							y = bad
						}
						stamp := int64(i+1) * second
						v, w := well.Step(Sample{Time: stamp, Value: x}), hurt.Step(Sample{Time: stamp, Value: y})
						if outage {
							require.Equal(t, v.Change == ChangeOpened, w.Change == ChangeOpened, "value %d after the bad one at %d", i-at, at)
						}
						if i < at+10 {
							continue
						}
						values++
						if v.Phase != w.Phase {
							apart++
						}
					}
				}
				t.Logf("%d of %d phases differ", apart, values)
				assert.LessOrEqual(t, apart, values/50)
			})
		}
	}
}

// TestPastStaysFinite: no order of huge and tiny values breaks what is learnt.
func TestPastStaysFinite(t *testing.T) {
	sizes := []float64{0, 1e36, -1e36, 1e35, 1, -1, 1e-300, math.SmallestNonzeroFloat64, 1e9, 9.99e35}
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(3, seed))
		w := newWatch()
		some := sizes[:1+r.IntN(len(sizes))]
		for i := range 1500 {
			v := w.Step(Sample{Time: int64(i+1) * 3600 * second, Value: some[r.IntN(len(some))], Quantum: r.Float64()})
			requireSound(t, &w, v)
		}
	}
}

// TestPastOutlivesItsCounter: a value a millisecond counts to two thousand
// millions in three weeks.
func TestPastOutlivesItsCounter(t *testing.T) {
	r, w := rand.New(rand.NewPCG(5, 5)), newWatch()
	step := func(i int) Verdict {
		v := w.Step(Sample{Time: int64(i+1) * 1e6, Value: 50 + 3*r.NormFloat64()})
		requireSound(t, &w, v)
		return v
	}
	for i := range 20_000 {
		step(i)
	}
	w.state.Past.N += 1_999_970_000
	alarms := 0
	for i := 20_000; i < 60_000; i++ {
		if step(i).Chance <= 1e-4 {
			alarms++
		}
	}
	assert.Less(t, w.state.Past.N, uint32(1_100_000_000))
	assert.Less(t, alarms, 60)
}

// requireSound holds of every state and verdict.
func requireSound(t *testing.T, w *Watch, v Verdict) {
	t.Helper()
	requireInvariants(t, &w.state)
	p := &w.state.Past
	numbers := []float64{p.Middle, p.Prev, float64(w.state.LevelDev), float64(w.state.Worst)}
	for _, f := range p.floats() {
		numbers = append(numbers, float64(*f))
	}
	d := &w.day
	numbers = append(numbers, float64(d.Sum), float64(d.Count), float64(d.With), float64(d.Without))
	if !finite(numbers...) {
		t.Fatalf("not finite: %+v", *p)
	}
	if v.Skip != SkipNone {
		return
	}
	if !(v.Chance >= 0 && v.Chance <= 1) || !finite(v.Score, v.Expected, v.Deviation, v.Observed) {
		t.Fatalf("verdict %+v", v)
	}
	if v.Channel >= channels || v.Shape >= shapes || v.Phase > PhaseOpen || v.Change > ChangeAdopted {
		t.Fatalf("unknown kind in %+v", v)
	}
	if math.Abs(v.Score) > maxScore {
		t.Fatalf("score %g", v.Score)
	}
}

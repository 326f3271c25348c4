package detector

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const minute = 60 * second

// TestThirdOutageIsReportedLikeTheFirst: outages days apart, on a series that has
// lived for two days, open at their second value, each of them.
func TestThirdOutageIsReportedLikeTheFirst(t *testing.T) {
	outages := []int{3000, 4400, 5700, 7300}
	for seed := range uint64(10) {
		r, w := rand.New(rand.NewPCG(6, seed)), newWatch()
		found := 0
		for i := range 7400 {
			x := 20 + 2*r.NormFloat64()
			for _, at := range outages {
				if i >= at && i < at+20 {
					x += 40
				}
			}
			v := w.Step(Sample{Time: int64(i+1) * minute, Value: x})
			for _, at := range outages {
				if i == at+1 && v.Change == ChangeOpened {
					found++
					assert.Equal(t, int64(at+1)*minute, v.Onset)
					assert.Equal(t, ShapeSpike, v.Shape)
				}
			}
		}
		assert.Equal(t, len(outages), found, "seed %d", seed)
	}
}

// TestHourlyBackupBecomesLikely: what has the same shape every hour is strange at
// first, and after a day it is not.
func TestHourlyBackupBecomesLikely(t *testing.T) {
	const begin, day = 3000, 1440
	var strange [3]int // hours of each day with a value less likely than one in 10⁴
	const seeds = 10
	for seed := range uint64(seeds) {
		r, w := rand.New(rand.NewPCG(7, seed)), newWatch()
		last := -1
		for i := range begin + len(strange)*day {
			x := 20 + 2*r.NormFloat64()
			if i >= begin && i%60 < 3 {
				x += 40
			}
			v := w.Step(Sample{Time: int64(i+1) * minute, Value: x})
			if hour := i / 60; i >= begin && i%60 < 3 && v.Chance <= 1e-4 && hour != last {
				strange[(i-begin)/day]++
				last = hour
			}
		}
	}
	t.Logf("strange backups of %d on each day: %v", seeds*24, strange)
	assert.GreaterOrEqual(t, strange[0], 2*seeds, "the first ones are news")
	assert.LessOrEqual(t, strange[0], 10*seeds, "it takes some hours")
	assert.LessOrEqual(t, strange[1], 3*seeds)
	assert.LessOrEqual(t, strange[2], seeds)
}

// TestFlatLineIsFound: series that always move, and then are stuck where they
// last were, within what reason allows.
func TestFlatLineIsFound(t *testing.T) {
	for name, next := range map[string]func(r *rand.Rand, i int) float64{
		"gauss":  everyday["gauss"],
		"zero":   everyday["zero"],
		"swings": everyday["swings"],
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(10) {
				r, w := rand.New(rand.NewPCG(8, seed)), newWatch()
				const lived = 3500
				x, opened := 0.0, 0
				for i := range lived {
					x = next(r, i)
					w.Step(Sample{Time: int64(i+1) * minute, Value: x})
				}
				for k := 1; k <= 60 && opened == 0; k++ {
					v := w.Step(Sample{Time: int64(lived+k) * minute, Value: x})
					if v.Change == ChangeOpened {
						opened = k
						assert.Equal(t, ShapeFlat, v.Shape)
					}
				}
				require.NotZero(t, opened, "seed %d", seed)
				assert.LessOrEqual(t, opened, 20)
				ended := false
				for k := range 3 {
					v := w.Step(Sample{Time: int64(lived+100+k) * minute, Value: next(r, lived+k)})
					ended = ended || v.Change == ChangeReturned
				}
				assert.True(t, ended, "it moves again, seed %d", seed)
			}
		})
	}
}

// TestConstantNeverAlarms: whatever the value and however long, with gaps too.
func TestConstantNeverAlarms(t *testing.T) {
	for _, value := range []float64{0, 7, -3, 1e9, 1e-9, 1e30, 0.1} {
		for _, quantum := range []float64{0, 1} {
			w, at := newWatch(), int64(0)
			for i := range 25_000 {
				at += minute
				if i%5000 == 4999 {
					at += 3 * 24 * 60 * minute
				}
				v := w.Step(Sample{Time: at, Value: value, Quantum: quantum})
				require.EqualValues(t, 1, v.Chance, "%g, value %d", value, i)
				require.Zero(t, v.Score)
				require.Equal(t, ChangeNone, v.Change)
			}
			v := w.Step(Sample{Time: at + minute, Value: value + 100*math.Abs(value) + 100, Quantum: quantum})
			assert.Less(t, v.Chance, 1e-3, "what never moved moves")
			assert.Greater(t, v.Score, 3.0)
		}
	}
}

// TestGapIsNoAnomaly: hours or weeks without a value are not strange by
// themselves, and what comes after them is judged.
func TestGapIsNoAnomaly(t *testing.T) {
	for _, gap := range []time.Duration{10 * time.Minute, 5 * time.Hour, 3 * 24 * time.Hour, 30 * 24 * time.Hour} {
		for seed := range uint64(10) {
			r, w := rand.New(rand.NewPCG(9, seed)), newWatch()
			at := int64(0)
			step := func(x float64) Verdict {
				at += minute
				return w.Step(Sample{Time: at, Value: x})
			}
			for range 3000 {
				step(50 + 3*r.NormFloat64())
			}
			at += int64(gap)
			for range 100 {
				require.NotEqual(t, ChangeOpened, step(50+3*r.NormFloat64()).Change, "after %s", gap)
			}
			step(200)
			assert.Equal(t, ChangeOpened, step(200).Change, "after %s", gap)
		}
	}
}

// TestAnotherTypeIsAnotherSeries: a counter that becomes a gauge under the same
// name begins to learn, and is not judged by what the counter was.
func TestAnotherTypeIsAnotherSeries(t *testing.T) {
	rig := newRig(t, KindCounter)
	h := rig.s.Hasher()
	key := h.Text("s", 1)
	total := 0.0
	for i := int64(2); i < 3000; i++ {
		total += 100
		rig.counter(Point{Time: i * second, Start: second}, total)
	}
	require.Equal(t, PhaseNormal, rig.out.List[0].Phase)
	now := 3000 * second
	_, ok := rig.s.Find(key, KindGauge, now)
	require.False(t, ok)
	require.Zero(t, rig.s.Stats().Series, "the counter is forgotten")
	res := rig.s.Resource(h.Text("r", 1), Key{}, now)
	ref, ok := rig.s.Add(Origin{Key: key, Kind: KindGauge}, res, now)
	require.True(t, ok)
	for i := range int64(25) {
		rig.s.Gauge(ref, &rig.m, now+i*second, 5, 0, &rig.out)
		require.Equal(t, ChangeNone, rig.out.List[0].Change)
		if i < 15 {
			require.Equal(t, PhaseLearning, rig.out.List[0].Phase)
			require.InDelta(t, 5, rig.out.List[0].Expected, 1e-9)
		}
	}
}

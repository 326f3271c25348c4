package detector

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSeasonedSeriesAreJudgedByTheirPast lets a series live for an hour and
// break three times: each time it is found at the second sample, told for as
// long as it lasts, and over when it is over.
func TestSeasonedSeriesAreJudgedByTheirPast(t *testing.T) {
	f := newFeed()
	f.m.Chance = 2e-5
	r := rand.New(rand.NewPCG(5, 6))
	healthy := func() float64 { return 20 + 3*r.NormFloat64() }
	require.LessOrEqual(t, f.steady(seasoned+1600, healthy, 0), 2)
	for outage := range 3 {
		f.steady(600, healthy, 0)
		require.Equal(t, PhaseNormal, f.s.Phase, "outage %d", outage)
		first := f.t + second
		f.step(Sample{Value: 100})
		v := f.step(Sample{Value: 104})
		require.Equal(t, ChangeOpened, v.Change, "outage %d", outage)
		assert.Equal(t, first, v.Onset)
		assert.Equal(t, ShapeSpike, v.Shape)
		assert.Less(t, v.Chance, 1e-4)
		opened := v.Score
		assert.Greater(t, opened, 4.0)
		for range 60 {
			v = f.step(Sample{Value: 100 + r.NormFloat64()})
			require.Equal(t, PhaseOpen, v.Phase)
			assert.GreaterOrEqual(t, v.Score, opened*0.99, "it does not fade")
		}
		assert.Equal(t, ShapeLevel, v.Shape)
		f.step(Sample{Value: 20})
		assert.Equal(t, ChangeReturned, f.step(Sample{Value: 21}).Change)
	}
}

// TestWhatDoesNotMatterIsNoAnomaly: however unlikely, a change below the
// smallest deviation that matters is none.
func TestWhatDoesNotMatterIsNoAnomaly(t *testing.T) {
	f := newFeed()
	r := rand.New(rand.NewPCG(7, 8))
	f.steady(seasoned+500, func() float64 { return 1000 + r.NormFloat64() }, 0)
	for range 20 {
		v := f.step(Sample{Value: 1040 + r.NormFloat64()})
		require.NotEqual(t, ChangeOpened, v.Change, "4 % are less than the 10 % that matter")
	}
	f.m.MinRelative = 0
	f.steady(seasoned, func() float64 { return 1000 + r.NormFloat64() }, 0)
	f.step(Sample{Value: 1100})
	assert.Equal(t, ChangeOpened, f.step(Sample{Value: 1101}).Change)
}

func TestFlatLineIsToldAndEnds(t *testing.T) {
	f := newFeed()
	r := rand.New(rand.NewPCG(9, 1))
	f.steady(stuck+100, func() float64 { return 50 + 5*r.NormFloat64() }, 0)
	stuck := 0
	for f.s.Phase != PhaseOpen {
		stuck++
		require.Less(t, stuck, 40)
		f.step(Sample{Value: 51})
	}
	assert.Equal(t, ShapeFlat, f.s.Shape)
	for range 300 {
		require.Equal(t, PhaseOpen, f.step(Sample{Value: 51}).Phase)
	}
	f.step(Sample{Value: 48})
	assert.Equal(t, ChangeReturned, f.step(Sample{Value: 55}).Change)
}

// TestAnAdoptedLevelIsNotRaisedAgain: what was adopted is the new normal for
// every channel.
func TestAnAdoptedLevelIsNotRaisedAgain(t *testing.T) {
	f := newFeed()
	r := rand.New(rand.NewPCG(11, 1))
	f.steady(seasoned+1000, func() float64 { return 5 + 0.5*r.NormFloat64() }, 0)
	changes := map[Change]int{}
	for range 4000 {
		changes[f.step(Sample{Value: 14 + 0.5*r.NormFloat64()}).Change]++
	}
	assert.Equal(t, 1, changes[ChangeAdopted])
	assert.LessOrEqual(t, changes[ChangeOpened], 2)
}

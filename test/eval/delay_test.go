package eval

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/detector"
)

// TestDelay is the table of detection times in the README: a noisy gauge jumps
// by ten deviations at a random moment between two samples.
//
// The rule behind it: two breaches in a row. The first sample after the jump is
// up to one interval away, the second one more. (Chance may have made the sample
// before the jump a breach as well, so that now and then it is sooner.)
func TestDelay(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 10 * time.Second, time.Minute} {
		const runs = 200
		delays := make([]time.Duration, 0, runs)
		for seed := range uint64(runs) {
			delays = append(delays, delay(t, every, seed))
		}
		slices.Sort(delays)
		t.Logf("interval %4s: median %5s, worst %5s, judged from %s on",
			every, delays[runs/2].Round(100*time.Millisecond), delays[runs-1].Round(100*time.Millisecond), warm(t, every))
		assert.LessOrEqual(t, delays[runs-1], 2*every)
		assert.Greater(t, delays[runs/2], every, "one breach alone must not do")
	}
}

// delay is the time from the jump to the anomaly.
func delay(t *testing.T, every time.Duration, seed uint64) time.Duration {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	model := detector.NewDefaultEWMA()
	var state detector.State
	const before = 300 // samples
	jump := time.Duration((before + random.Float64()) * float64(every))
	for n := 1; n < before+10; n++ {
		at := time.Duration(n) * every
		x := 100 + 12*random.NormFloat64()
		if at > jump {
			x += 120
		}
		v := model.Step(&state, detector.Sample{Time: int64(at), Value: x})
		if v.Change == detector.ChangeOpened && at > jump {
			return at - jump
		}
	}
	require.Fail(t, "the jump was not found")
	return 0
}

// warm is the age at which a series begins to be judged.
func warm(t *testing.T, every time.Duration) time.Duration {
	t.Helper()
	model := detector.NewDefaultEWMA()
	var state detector.State
	random := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 100; n++ {
		at := time.Duration(n) * every
		v := model.Step(&state, detector.Sample{Time: int64(at), Value: 100 + random.NormFloat64()})
		if v.Phase != detector.PhaseLearning {
			return at - every // the first sample is age 0
		}
	}
	require.Fail(t, "still learning after 100 samples")
	return 0
}

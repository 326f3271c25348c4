package detector

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eventful is a healthy series with peaks, a stand-still and a level, so that
// all channels have something to say.
func eventful(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(4, seed))
	values := make([]float64, n)
	for i := range values {
		x := 20 + 3*r.NormFloat64()
		switch {
		case r.Float64() < 0.002:
			x += 40 * r.Float64()
		case i > n/2 && i < n/2+80:
			x += 25
		case i > n*3/4 && i < n*3/4+40:
			x = values[i-1]
		}
		values[i] = x
	}
	return values
}

// lives runs one series twice, as it is and changed, and calls compare for each value.
func lives(values []float64, every [2]int64, change func(float64) float64, compare func(i int, v, w Verdict)) {
	a, b := newWatch(), newWatch()
	a.Model.MinRelative, b.Model.MinRelative = 0, 0
	a.Model.Ignore = a.Model.Ignore.With(ChannelDay)
	b.Model.Ignore = a.Model.Ignore
	for i, x := range values {
		n := int64(i + 1)
		compare(i, a.Step(Sample{Time: n * every[0], Value: x}), b.Step(Sample{Time: n * every[1], Value: change(x)}))
	}
}

// TestUnitDoesNotMatter: a series in milliseconds is judged as it is in seconds.
// By powers of two the chances are the same to the last bit, and so are they
// upside down; else rounding may move a value across the edge of a bin.
func TestUnitDoesNotMatter(t *testing.T) {
	values := eventful(1, 12_000)
	for _, factor := range []float64{2, 1024, 1.0 / (1 << 20), 1 << 40, -1} {
		lives(values, [2]int64{60 * second, 60 * second}, func(x float64) float64 { return factor * x }, func(i int, v, w Verdict) {
			require.Equal(t, v.Chance, w.Chance, "times %g, value %d", factor, i)
			require.Equal(t, v.Channel, w.Channel)
			require.Equal(t, v.Change, w.Change)
		})
	}
	for _, factor := range []float64{1e-3, 1e3, 7.3, 1e9, 1e30, 1e-30, -1e6} {
		alike(t, fmt.Sprintf("times %g", factor), values, [2]int64{60 * second, 60 * second}, func(x float64) float64 { return factor * x }, 0.001)
	}
}

// TestOriginDoesNotMatter: degrees Celsius or kelvin.
func TestOriginDoesNotMatter(t *testing.T) {
	values := eventful(2, 12_000)
	for _, shift := range []float64{273.15, -20, 1e4, -1e6} {
		alike(t, fmt.Sprintf("plus %g", shift), values, [2]int64{60 * second, 60 * second}, func(x float64) float64 { return x + shift }, 0.001)
	}
}

// TestIntervalDoesNotMatter: chances are per value. The history of the mean is
// half forgotten after HalfLife, but at least 60 intervals, and a level adopted
// after AdoptAfter, but at least 30: from twenty seconds up both are the same
// numbers of values. Below they are more of them, so that the distance from the
// mean and with it a few chances differ.
func TestIntervalDoesNotMatter(t *testing.T) {
	values := eventful(3, 12_000)
	same := func(x float64) float64 { return x }
	for _, every := range []int64{30 * second, 60 * second, 3600 * second, 86400 * second} {
		lives(values, [2]int64{20 * second, every}, same, func(i int, v, w Verdict) {
			require.Equal(t, v.Chance, w.Chance, "every %d s, value %d", every/second, i)
			require.Equal(t, v.Channel, w.Channel)
		})
	}
	for i := len(values) / 2; i < len(values)/2+80; i++ {
		values[i] -= 25 // the level
	}
	for _, every := range []int64{1e6, 1e8, second, 10 * second} {
		alike(t, fmt.Sprintf("every %g s", float64(every)/1e9), values, [2]int64{20 * second, every}, same, 0.06)
	}
}

// alike requires that at most a share of the chances differ by more than a tenth,
// and that as many values alarm.
func alike(t *testing.T, name string, values []float64, every [2]int64, change func(float64) float64, share float64) {
	t.Helper()
	apart := 0
	var alarms [2]float64
	lives(values, every, change, func(_ int, v, w Verdict) {
		if math.Abs(math.Log(v.Chance/w.Chance)) > 0.1 {
			apart++
		}
		for k, c := range []float64{v.Chance, w.Chance} {
			if c <= 1e-3 {
				alarms[k]++
			}
		}
	})
	assert.LessOrEqual(t, float64(apart), share*float64(len(values)), name)
	require.Greater(t, alarms[0], 30.0)
	assert.InDelta(t, alarms[0], alarms[1], 1+0.15*alarms[0], name)
}

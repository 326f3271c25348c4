package scan

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
	"github.com/otelheal/otelheal/detector"
)

func fresh() detector.Watch {
	c := settings.Default()
	return c.Model.Watch(c.Share(1))
}

const minute = int64(60e9)

// play scans values a minute apart and returns all rows and anomalies.
func play(s *Scanner, values []float64) (rows []Row, a Anomalies) {
	take := func(ready []Row) {
		for k := range ready {
			rows = append(rows, ready[k])
			a.Add(&ready[k])
		}
	}
	for k, v := range values {
		ready, _ := s.Step(int64(k+1)*minute, v)
		take(ready)
	}
	if s.Kind() == TypeAuto {
		take(s.Flush())
	}
	a.Finish()
	return rows, a
}

func noise(n int, mean, sd float64) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	v := make([]float64, n)
	for k := range v {
		v[k] = mean + sd*r.NormFloat64()
	}
	return v
}

func sums(values []float64) []float64 {
	out, total := make([]float64, len(values)), 1e6
	for k, v := range values {
		total += v
		out[k] = total
	}
	return out
}

func TestAutoFindsTheType(t *testing.T) {
	t.Parallel()
	ramp := make([]float64, 200) // a gauge that rises for a while, then falls slowly
	for k := range ramp {
		ramp[k] = 1000 + 100*math.Sin(float64(k)/20)
	}
	constant := make([]float64, 100)
	for name, c := range map[string]struct {
		values []float64
		want   Type
		turned bool
	}{
		"noise":            {noise(300, 100, 5), TypeGauge, false},
		"running total":    {sums(noise(300, 100, 5)), TypeCounter, false},
		"constant":         {constant, TypeGauge, false},
		"rises, then goes": {ramp, TypeGauge, true},
		"short":            {[]float64{1, 2, 3}, TypeGauge, false},
		"negative rise":    {[]float64{-3, -2, -1}, TypeGauge, false},
	} {
		s := New(fresh(), TypeAuto)
		rows, _ := play(s, c.values)
		assert.Equal(t, c.want, s.Kind(), name)
		assert.Equal(t, c.turned, s.Turned != 0, name)
		assert.Len(t, rows, len(c.values), "%s: each value has a row", name)
	}
}

func TestCounterIsJudgedByItsIncrease(t *testing.T) {
	t.Parallel()
	values := sums(noise(300, 6000, 60))
	for k, lost := 200, values[200]-7; k < len(values); k++ {
		values[k] -= lost // a reset
	}
	for _, kind := range []Type{TypeAuto, TypeCounter} {
		s := New(fresh(), kind)
		rows, a := play(s, values)
		require.Len(t, rows, len(values))
		assert.True(t, math.IsNaN(rows[0].Value))
		assert.InDelta(t, 100, rows[1].Value, 5, "6000 a minute are 100 a second")
		assert.InDelta(t, 7./60, rows[200].Value, 1e-9, "a reset counts from zero")
		assert.InDelta(t, 100, rows[201].Value, 5)
		for _, x := range a.List {
			assert.Equal(t, rows[200].Time, x.Onset, "only the value after the reset may stand out")
		}
	}
}

// TestNoLookAhead: what a series does later changes no verdict of before.
func TestNoLookAhead(t *testing.T) {
	t.Parallel()
	values := noise(400, 100, 5)
	other := append(append([]float64(nil), values[:250]...), noise(150, 900, 1)...)
	a, _ := play(New(fresh(), TypeAuto), values)
	b, _ := play(New(fresh(), TypeAuto), other)
	assert.Equal(t, a[:250], b[:250])
	assert.NotEqual(t, a[251], b[251])
}

func TestSkips(t *testing.T) {
	t.Parallel()
	s := New(fresh(), TypeGauge)
	for _, c := range []struct {
		at   int64
		v    float64
		want detector.Skip
	}{
		{minute, 1, detector.SkipNone},
		{minute, 1, detector.SkipDuplicate},
		{minute - 1, 1, detector.SkipLate},
		{2 * minute, math.NaN(), detector.SkipNoValue},
		{2 * minute, math.Inf(1), detector.SkipNotFinite},
		{2 * minute, 1e200, detector.SkipNotFinite},
		{0, 1, detector.SkipTime},
		{3 * minute, 2, detector.SkipNone},
	} {
		rows, skip := s.Step(c.at, c.v)
		assert.Equal(t, c.want, skip, "%v", c)
		assert.Equal(t, c.want == detector.SkipNone, len(rows) == 1)
	}
}

func TestAnomaliesAreNoted(t *testing.T) {
	t.Parallel()
	values := noise(2000, 100, 2)
	for k := 1500; k < 1505; k++ {
		values[k] = 400
	}
	rows, a := play(New(fresh(), TypeAuto), values)
	require.NotEmpty(t, a.List)
	var found *Anomaly
	for k := range a.List {
		if x := &a.List[k]; x.Onset <= rows[1504].Time && x.End >= rows[1500].Time {
			found = x
		}
	}
	require.NotNil(t, found)
	assert.Equal(t, rows[1500].Time, found.Onset)
	assert.Equal(t, 400., found.Peak.Value)
	assert.InDelta(t, 100, found.Peak.Verdict.Expected, 5)
	assert.LessOrEqual(t, found.Chance, 0.01)
	assert.False(t, found.Lasts())
	if found.Shape != detector.ShapeNone {
		assert.True(t, found.Had(found.Shape))
	}
	assert.False(t, found.Had(detector.ShapeFlat))
}

func TestAnAnomalyThatLasts(t *testing.T) {
	t.Parallel()
	values := noise(1503, 100, 2)
	for k := 1500; k < len(values); k++ {
		values[k] = 400
	}
	_, a := play(New(fresh(), TypeAuto), values)
	require.NotEmpty(t, a.List)
	assert.True(t, a.List[len(a.List)-1].Lasts())
}

func TestType(t *testing.T) {
	t.Parallel()
	var k Type
	require.NoError(t, k.Set("counter"))
	assert.Equal(t, TypeCounter, k)
	assert.ErrorContains(t, k.Set("histogram"), "auto, gauge or counter")
	assert.Equal(t, "unknown", Type(9).String())
}

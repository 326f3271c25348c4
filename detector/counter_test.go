package detector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rig is a store with one series.
type rig struct {
	s   *Store
	m   EWMA
	ref Ref
	out Results
}

func newRig(t *testing.T, kind Kind) *rig {
	t.Helper()
	r := &rig{s: NewStore(Settings{MaxSeries: 100, IdleTimeout: time.Hour}), m: NewDefaultEWMA()}
	h := r.s.Hasher()
	res := r.s.Resource(h.Text("r", 1), Key{}, second)
	ref, ok := r.s.Add(Origin{Key: h.Text("s", 1), Kind: kind}, res, second)
	require.True(t, ok)
	r.ref = ref
	return r
}

func (r *rig) counter(p Point, v float64) (float64, Skip) {
	r.s.Counter(r.ref, &r.m, p, v, &r.out)
	if len(r.out.List) == 0 {
		return 0, r.out.Skip
	}
	return r.out.List[0].Observed, r.out.Skip
}

func TestCounterBecomesRate(t *testing.T) {
	type step struct {
		p    Point
		v    float64
		rate float64
		skip Skip
	}
	at := func(t, start int64) Point { return Point{Time: t * second, Start: start * second} }
	delta := func(t, start int64) Point { return Point{Time: t * second, Start: start * second, Delta: true} }
	cases := map[string][]step{
		"steady":                {{at(10, 1), 100, 0, SkipFirst}, {at(12, 1), 120, 10, SkipNone}, {at(13, 1), 120, 0, SkipNone}},
		"reset by start time":   {{at(10, 1), 100, 0, SkipFirst}, {at(15, 13), 300, 150, SkipNone}},
		"reset by value":        {{at(10, 0), 100, 0, SkipFirst}, {at(12, 0), 8, 4, SkipNone}},
		"late and doubled":      {{at(10, 1), 100, 0, SkipFirst}, {at(10, 1), 100, 0, SkipDuplicate}, {at(10, 1), 101, 0, SkipConflict}, {at(9, 1), 90, 0, SkipLate}, {at(11, 1), 110, 10, SkipNone}},
		"older of two writers":  {{at(10, 5), 100, 0, SkipFirst}, {at(11, 1), 900, 0, SkipTwoWriters}, {at(12, 5), 120, 10, SkipNone}},
		"two without start":     {{at(10, 0), 100, 0, SkipFirst}, {at(11, 0), 9, 9, SkipNone}, {at(12, 0), 110, 101, SkipNone}, {at(13, 0), 10, 10, SkipNone}, {at(14, 0), 120, 110, SkipNone}, {at(15, 0), 11, 0, SkipTwoWriters}},
		"delta with its period": {{delta(10, 8), 20, 10, SkipNone}, {delta(12, 10), 30, 15, SkipNone}, {delta(12, 10), 30, 0, SkipDuplicate}},
		"negative":              {{at(10, 1), -1, 0, SkipNotFinite}},
		"start after time":      {{at(10, 11), 1, 0, SkipTime}},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, KindCounter)
			for i, s := range steps {
				rate, skip := r.counter(s.p, s.v)
				assert.Equal(t, s.skip, skip, "step %d", i)
				assert.InDelta(t, s.rate, rate, 1e-9, "step %d", i)
			}
		})
	}
}

func TestHistogramResetsAsAWhole(t *testing.T) {
	for _, delta := range []bool{false, true} {
		r := newRig(t, KindHistogram)
		ms := Models{&r.m, &r.m, &r.m}
		bounds := []float64{1, 2, 4}
		step := func(sec, start int64, a, b uint64) map[string]float64 {
			h := &Hist{Count: a + b, Sum: float64(a)*0.5 + float64(b)*3, HasSum: true, Bounds: bounds, Counts: []uint64{a, 0, b, 0}}
			r.s.Histogram(r.ref, ms, Point{Time: sec * second, Start: start * second, Delta: delta}, h, &r.out)
			got := map[string]float64{}
			for _, x := range r.out.List {
				got[x.Aspect.String()] = x.Observed
			}
			return got
		}
		if delta {
			assert.Equal(t, map[string]float64{"rate": 40, "mean": 0.5, "p99": 0.99}, step(2, 1, 40, 0))
			assert.Equal(t, map[string]float64{"rate": 40, "mean": 3, "p99": 3.98}, step(3, 2, 0, 40))
			continue
		}
		assert.Empty(t, step(1, 1, 100, 100))
		assert.Equal(t, map[string]float64{"rate": 40, "mean": 0.5, "p99": 0.99}, step(2, 1, 140, 100))
		// Another process: fewer in all, more in one bucket.
		assert.Equal(t, map[string]float64{"rate": 120, "mean": 3, "p99": 3.98}, step(4, 3, 0, 120))
	}
}

func TestExponentialHistogramAtAnyScale(t *testing.T) {
	x := NewExpander()
	for _, scale := range []int32{0, 3, 6} {
		// All values near 100: bucket index floor(log2(100) · 2^scale).
		at := int32(6.64 * float64(int32(1)<<scale))
		h := x.Expand(&Exponential{Count: 50, Scale: scale, Offset: at, Positive: []uint64{50}})
		k := make(histWords, 128)
		k.rebaseTail(&h, true, 1)
		q, n := k.tail(&h, false, 0.5)
		assert.EqualValues(t, 50, n)
		assert.InEpsilon(t, 100, q, 0.35, "scale %d", scale)
	}
}

func TestStoreForgetsWhatIsSilent(t *testing.T) {
	s := filled(t)
	for range 100 {
		s.Expire(30*60*second, 10)
	}
	assert.Equal(t, 9, s.Stats().Series)
	for range 100 {
		s.Expire(3*3600*second, 10)
	}
	st := s.Stats()
	assert.Zero(t, st.Series)
	assert.Zero(t, st.Learning)
	assert.Zero(t, st.Resources)
	assert.Zero(t, s.words.held)
	assert.EqualValues(t, 4, st.Expired)
}

func TestGroupCountsCorrelatedSeriesOnce(t *testing.T) {
	// All twenty members swing with one common score, so the group learns to
	// expect that; the same swing of independent members is out of band.
	run := func(common bool, last float64) Verdict {
		s := NewStore(Settings{MaxSeries: 10, IdleTimeout: time.Hour})
		res := s.Resource(Key{1, 1}, Key{2, 2}, second)
		m := NewDefaultEWMA()
		m.Direction, m.MinAbsolute, m.MinRelative = DirectionUp, 0.3, 0.2
		g := s.groups.pool.at(s.resources.pool.at(uint32(res)).group)
		var v Verdict
		for i := int64(1); i <= 200; i++ {
			s.Group(res, &m, i*second)
			for j := int64(0); j < 20; j++ {
				score := []float64{0.2, 0.9, 2.8, 1.1}[i%4] // common
				if !common {
					score = []float64{0.2, 0.9, 2.8, 1.1}[(i+j)%4]
				}
				if i >= 199 {
					score = last
				}
				g.add(i*second, score, 0)
			}
		}
		s.Group(res, &m, 201*second)
		v = m.Step(&g.state, Sample{Time: 300 * second, Value: 0}) // only to read what it expects
		return v
	}
	assert.Greater(t, run(true, 1).Deviation, 1.3*run(false, 1).Deviation)
}

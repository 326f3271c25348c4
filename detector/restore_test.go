package detector

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// life is a store with gauges and a counter that lived for some days.
type life struct {
	store *Store
	model EWMA
	keys  []Key
	r     *rand.Rand
	step  int64
	total float64
}

const lifeEvery = 5 * minute

func newLife(seed uint64) *life {
	l := &life{
		store: NewStore(Settings{MaxSeries: 100, IdleTimeout: 100 * time.Hour, Seed: [2]uint64{3, 4}}),
		model: NewDefaultEWMA(),
		r:     rand.New(rand.NewPCG(10, seed)),
	}
	h := l.store.Hasher()
	for i := range 4 {
		l.keys = append(l.keys, h.Number(uint64(i), 1))
	}
	return l
}

func (l *life) now() int64 { return 1000*24*3600*second + l.step*lifeEvery }

// values are what comes next: a day with noise, plain noise, on and off, a counter.
func (l *life) values() []float64 {
	l.step++
	day := 2 * math.Pi * float64(l.now()/second%86400) / 86400
	l.total += float64(poisson(l.r, 30))
	outage := 0.0
	if l.step%700 > 690 {
		outage = 60
	}
	return []float64{100 + 30*math.Sin(day) + l.r.NormFloat64(), 50 + 3*l.r.NormFloat64() + outage, float64(l.step / 37 % 2), l.total}
}

// feed gives a store the values and returns all verdicts.
func (l *life) feed(t testing.TB, s *Store, values []float64) (all []Verdict) {
	t.Helper()
	h := s.Hasher()
	now := l.now()
	res := s.Resource(h.Text("resource", 1), h.Text("service", 1), now)
	var out Results
	for i, x := range values {
		kind := KindGauge
		if i == len(values)-1 {
			kind = KindCounter
		}
		ref, ok := s.Find(l.keys[i], kind, now)
		if !ok {
			ref, ok = s.Add(Origin{Key: l.keys[i], Kind: kind, Family: l.keys[i]}, res, now)
			require.True(t, ok)
		}
		if kind == KindCounter {
			s.Counter(ref, &l.model, Point{Time: now, Start: second}, x, &out)
		} else {
			s.Gauge(ref, &l.model, now, x, 0, &out)
		}
		for _, v := range out.List {
			all = append(all, v.Verdict)
		}
	}
	return all
}

// TestRestoredStoreGoesOnAsIfNothingHadBeen: at any moment of a life, the store
// that is read back says the same as the one that ran on, to the last bit, with
// the day that a series has learnt, with an anomaly that lasts, and after it is
// written and read again.
func TestRestoredStoreGoesOnAsIfNothingHadBeen(t *testing.T) {
	const steps = 5000
	l := newLife(1)
	var back *Store
	days, anomalous := 0, 0
	for i := range steps {
		values := l.values()
		want := l.feed(t, l.store, values)
		if back != nil {
			require.Equal(t, want, l.feed(t, back, values), "step %d", i)
		}
		if i%487 != 100 && l.step%700 != 694 {
			continue
		}
		from := l.store
		if back != nil && i%2 == 0 {
			from = back // a copy of a copy
		}
		chunks := from.Encode(l.now())
		var err error
		back, err = Decode(l.store.Settings(), chunks, l.now())
		require.NoError(t, err)
		require.Equal(t, chunks, back.Encode(l.now()), "step %d", i)
		days = max(days, back.daysHeld)
		for _, v := range want {
			if v.Phase == PhaseOpen {
				anomalous++
			}
		}
		assert.Equal(t, l.store.daysHeld, back.daysHeld)
		assert.Equal(t, l.store.Stats().Learning, back.Stats().Learning)
		assert.Equal(t, l.store.Stats().Open, back.Stats().Open)
	}
	assert.Positive(t, days, "no series had a day")
	assert.Positive(t, anomalous, "no anomaly lasted over a snapshot")
}

// TestDayIsGivenBack: a series that is forgotten leaves room for another day.
func TestDayIsGivenBack(t *testing.T) {
	l := newLife(2)
	for range 3500 {
		l.feed(t, l.store, l.values())
	}
	require.Positive(t, l.store.daysHeld)
	for range 100 {
		l.store.Expire(l.now()+200*3600*second, 10)
	}
	assert.Zero(t, l.store.daysHeld)
	assert.Zero(t, l.store.Stats().Series)
}

// FuzzDays reads records that have lived and hold days, bent in every way, and
// goes on with whatever was taken for sound.
func FuzzDays(f *testing.F) {
	l := newLife(3)
	for i := range 3200 {
		l.feed(f, l.store, l.values())
		if i%800 == 799 {
			for _, c := range l.store.Encode(l.now()) {
				f.Add(c[headSize : len(c)-4])
			}
		}
	}
	at := l.now()
	f.Fuzz(func(t *testing.T, body []byte) {
		s := NewStore(Settings{MaxSeries: 50, IdleTimeout: time.Hour})
		if s.records(&reader{buf: body}, at) != nil {
			return
		}
		if s.Stats().Series > 50 || s.daysHeld > s.daysMost() {
			t.Fatal("more held than allowed")
		}
		m := NewDefaultEWMA()
		var out Results
		for i := uint32(1); i < s.series.next; i++ {
			e := s.series.at(i)
			if !e.used || e.kind != KindGauge {
				continue
			}
			for k := range int64(60) {
				s.Gauge(Ref(i), &m, max(at, e.first.Last)+k*minute+1, float64(k%7), 0, &out)
				for _, v := range out.List {
					requireSound(t, &Watch{state: e.first}, v.Verdict)
				}
			}
		}
		s.Encode(at + second)
	})
}

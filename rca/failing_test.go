package rca

import (
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two requests a second: the thirty of a quarter of a minute do not tell a quarter
// failing from chance, a minute does.
func TestErrorsAtFewRequestsAreAccumulated(t *testing.T) {
	t.Parallel()
	s := newSim(t, Settings{})
	s.Rate = 2
	s.Run(2 * time.Minute)
	s.Find("cart-1").Failing = 0.25
	s.Run(time.Minute)
	assert.Equal(t, "cart", s.last().Cause.Target.Entity.Service)
}

func TestFewRequestsAndTheirDailyErrorsOpenNothing(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0.5, 2, 5} {
		s := newSim(t, Settings{})
		s.Rate = rate
		for _, list := range s.Programs {
			for _, p := range list {
				p.Failing = 0.01
			}
		}
		s.Run(time.Hour)
		assert.Empty(t, s.ids(), "at %v requests a second", rate)
	}
}

// fed is a series of one request a second, whose nth fails if bad says so.
func fed(seconds int64, bad func(int64) bool) *series {
	s := &series{}
	for sec := int64(1); sec <= seconds; sec++ {
		s.add(sec*int64(time.Second), -1, bad(sec))
		s.fold(sec-10, true, 60)
	}
	return s
}

// Chance opens at most one of half a million looks.
func TestChanceSeldomFails(t *testing.T) {
	t.Parallel()
	e := New(Settings{})
	opened, looks := 0, 0
	for seed := range int64(200) {
		r := rand.New(rand.NewSource(seed))
		p := r.Float64() * 0.1
		s := fed(300, func(int64) bool { return r.Float64() < p })
		for sec := int64(301); sec < 3000; sec++ {
			s.add(sec*int64(time.Second), -1, r.Float64() < p)
			s.fold(sec-10, true, 60)
			e.g.now = sec
			from, c := e.window(s)
			if _, ok := e.failing(s, from, &c); ok {
				opened++
			}
			looks++
		}
	}
	require.Greater(t, looks, 500_000)
	assert.LessOrEqual(t, opened, 1)
}

func TestWhatFailedAWhileAgoIsOver(t *testing.T) {
	t.Parallel()
	e := New(Settings{})
	s := fed(300, func(sec int64) bool { return sec > 260 && sec <= 275 })
	e.g.now = 300
	from, c := e.window(s)
	require.Zero(t, c.bad)
	_, ok := e.failing(s, from, &c)
	assert.False(t, ok)
}

func TestWhatAFaultTaughtIsNotCountedAsUsual(t *testing.T) {
	t.Parallel()
	s := fed(300, func(sec int64) bool { return sec > 250 })
	require.NotZero(t, s.base.bad, "ten seconds of guard, forty of fault")
	x := s.tell(251)
	assert.Equal(t, failures{50, 50}, x.failures)
	assert.Zero(t, x.usual.bad)
	assert.Equal(t, int64(251), s.change(241, 0.01))
}

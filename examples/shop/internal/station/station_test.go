package station

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newTestStation makes a station whose work uses no processor: the clock of a synctest bubble stands still while one is used.
func newTestStation(o Options) *Station {
	s := New(o)
	s.spend = time.Sleep
	return s
}

// A hundred pieces of work of 20 ms in two slots take a second.
func TestCapacityIsSlotsDividedByServiceTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStation(Options{Slots: 2, Queue: 100})
		began := time.Now()
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { assert.NoError(t, s.Work(t.Context(), Cost(20*time.Millisecond))) })
		}
		all.Wait()
		assert.InDelta(t, 1.0, time.Since(began).Seconds(), 0.15)
	})
}

func TestAFullQueueTurnsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStation(Options{Slots: 1, Queue: 2})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { assert.NoError(t, s.Work(t.Context(), Cost(time.Second))) })
			synctest.Wait()
		}
		assert.EqualValues(t, 2, s.Waiting())
		assert.EqualValues(t, 1, s.Busy())
		assert.ErrorIs(t, s.Work(t.Context(), Cost(time.Second)), ErrBusy)
		all.Wait()
		assert.Zero(t, s.Waiting())
	})
}

func TestWhoGivesUpLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStation(Options{Slots: 1, Queue: 2})
		var all sync.WaitGroup
		all.Go(func() { assert.NoError(t, s.Work(t.Context(), Cost(time.Minute))) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, s.Work(ctx, Cost(time.Second)), context.DeadlineExceeded)
		assert.Zero(t, s.Waiting())
		all.Wait()
	})
}

func TestNobodyPassesAShutDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStation(Options{Slots: 1, Queue: 1})
		s.SetDoor(false)
		s.SetDoor(false)
		var in bool
		go func() { defer Leave(s.Enter(t.Context(), false)); in = true }()
		time.Sleep(time.Hour)
		synctest.Wait()
		require.False(t, in)
		s.SetDoor(true)
		s.SetDoor(true)
		synctest.Wait()
		require.True(t, in)
	})
}

// Extra time is taken in full by the end of a visit, however many steps it has; a brief visit takes the least.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStation(Options{Slots: 1, Queue: 1})
		s.SetPace(Pace{Least: 700 * time.Millisecond, Most: 1300 * time.Millisecond})
		visit := func(brief bool) time.Duration {
			began := time.Now()
			ctx := s.Enter(t.Context(), brief)
			for range 3 {
				require.NoError(t, s.Work(ctx, Cost(0)))
			}
			Leave(ctx)
			return time.Since(began)
		}
		assert.Equal(t, 700*time.Millisecond, visit(true))
		for range 20 {
			took := visit(false)
			assert.GreaterOrEqual(t, took, 700*time.Millisecond)
			assert.Less(t, took, 1300*time.Millisecond)
		}
		assert.Zero(t, s.Active())
		s.SetPace(Pace{})
		assert.Zero(t, visit(false))
	})
}

func TestAloneKeepsOthersFromBeginning(t *testing.T) {
	s := newTestStation(Options{Slots: 1, Queue: 1})
	done := make(chan struct{})
	alone, early := true, false
	s.Alone(func() {
		go func() {
			defer close(done)
			assert.NoError(t, s.Work(context.Background(), func() time.Duration { early = alone; return 0 }))
		}()
		for range 100 {
			runtime.Gosched()
		}
		alone = false
	})
	<-done
	assert.False(t, early)
}

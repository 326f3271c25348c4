package shared

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fakeConfig struct{ name string }

// fakeEngine counts its ends.
type fakeEngine struct {
	ended atomic.Int32
	err   error
}

func (e *fakeEngine) Shutdown(context.Context) error {
	e.ended.Add(1)
	return e.err
}

type registry = Registry[*fakeConfig, *fakeEngine]

func start() (*fakeEngine, error) { return &fakeEngine{}, nil }

func TestOneEngineForOneConfig(t *testing.T) {
	var r registry
	one, two := &fakeConfig{"x"}, &fakeConfig{"x"}
	a, err := r.Acquire(one, start)
	require.NoError(t, err)
	b, err := r.Acquire(one, func() (*fakeEngine, error) { panic("it runs already") })
	require.NoError(t, err)
	assert.Same(t, a, b)
	c, err := r.Acquire(two, start)
	require.NoError(t, err)
	assert.NotSame(t, a, c, "the pointer is the key, not what it points to")

	require.NoError(t, r.Release(t.Context(), one))
	assert.Zero(t, a.ended.Load(), "it has a user left")
	require.NoError(t, r.Release(t.Context(), one))
	assert.EqualValues(t, 1, a.ended.Load())
	assert.Zero(t, c.ended.Load())
	require.NoError(t, r.Release(t.Context(), two))
	assert.Empty(t, r.running, "nothing is kept for a reload")
}

func TestReleaseWithoutAcquire(t *testing.T) {
	var r registry
	cfg := &fakeConfig{}
	require.NoError(t, r.Release(t.Context(), cfg), "`validate` creates and never starts")

	e, err := r.Acquire(cfg, start)
	require.NoError(t, err)
	require.NoError(t, r.Release(t.Context(), cfg))
	require.NoError(t, r.Release(t.Context(), cfg), "twice")
	assert.EqualValues(t, 1, e.ended.Load())
}

func TestFailedStartLeavesNothing(t *testing.T) {
	var r registry
	cfg := &fakeConfig{}
	boom := errors.New("no storage")
	_, err := r.Acquire(cfg, func() (*fakeEngine, error) { return nil, boom })
	assert.ErrorIs(t, err, boom)
	require.NoError(t, r.Release(t.Context(), cfg))
	e, err := r.Acquire(cfg, start)
	require.NoError(t, err, "the next start tries again")
	require.NoError(t, r.Release(t.Context(), cfg))
	assert.EqualValues(t, 1, e.ended.Load())
}

func TestReleaseGivesTheEnginesError(t *testing.T) {
	var r registry
	cfg := &fakeConfig{}
	boom := errors.New("snapshot was not written")
	_, err := r.Acquire(cfg, func() (*fakeEngine, error) { return &fakeEngine{err: boom}, nil })
	require.NoError(t, err)
	assert.ErrorIs(t, r.Release(t.Context(), cfg), boom)
}

func TestReloadStartsAnew(t *testing.T) {
	var r registry
	cfg := &fakeConfig{}
	a, _ := r.Acquire(cfg, start)
	require.NoError(t, r.Release(t.Context(), cfg))
	b, _ := r.Acquire(cfg, start)
	assert.NotSame(t, a, b)
	require.NoError(t, r.Release(t.Context(), cfg))
}

// However users come and go, there is one engine at a time and each is ended once.
func TestConcurrentUsers(t *testing.T) {
	var r registry
	cfg := &fakeConfig{}
	var started, running atomic.Int32
	var mu sync.Mutex // guards engines
	var engines []*fakeEngine
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			e, err := r.Acquire(cfg, func() (*fakeEngine, error) {
				started.Add(1)
				e := &fakeEngine{}
				mu.Lock()
				defer mu.Unlock()
				engines = append(engines, e)
				return e, nil
			})
			assert.NoError(t, err)
			running.Add(1)
			assert.Zero(t, e.ended.Load(), "an engine in use is not ended")
			assert.NoError(t, r.Release(context.Background(), cfg))
		})
	}
	wg.Wait()
	assert.EqualValues(t, 50, running.Load())
	assert.Len(t, engines, int(started.Load()))
	for _, e := range engines {
		assert.EqualValues(t, 1, e.ended.Load())
	}
	assert.Empty(t, r.running)
}

//go:build linux

package supervisor

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

func touch(t *testing.T, dir, file string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
}

func TestKilledOtelhealLosesAndDoublesNothing(t *testing.T) {
	for _, step := range []string{"start_intended", "start_forked", "start_recorded", "healthy"} {
		t.Run(step, func(t *testing.T) {
			st := newStage(t, "pay-1")
			st.otelheal(step, nil)
			s := st.start()
			st.await(s, "pay-1", event.AgentHealthy)
			assert.Len(t, st.ledger("pay-1"), 1)
		})
	}
}

func TestProcessOutlivesAndIsAdoptedByteForByte(t *testing.T) {
	st := newStage(t, "pay-1")
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	require.NoError(t, s.Shutdown(context.Background()))
	require.NoError(t, s.Shutdown(context.Background()))
	s = st.start()
	again := st.await(s, "pay-1", event.AgentHealthy)
	assert.Equal(t, u.Target, again.Target)
	require.NoError(t, s.Shutdown(context.Background()))

	// Even a lost record loses no process.
	require.NoError(t, os.Remove(filepath.Join(st.set.Directory, "units", "pay-1.json")))
	s = st.start()
	again = st.await(s, "pay-1", event.AgentHealthy)
	assert.Equal(t, u.Target, again.Target)
	assert.Len(t, st.ledger("pay-1"), 1)
}

func TestSecondOtelhealOnOneDirectoryIsRefused(t *testing.T) {
	st := newStage(t, "pay-1")
	st.start()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Start(ctx, st.set)
	require.Error(t, err)
}

func TestKilledInTheMiddleOfARestart(t *testing.T) {
	for step, want := range map[string]struct {
		effect healing.Effect
		starts int
	}{
		"order_begun":    {healing.EffectNone, 1},
		"stop_intended":  {healing.EffectDone, 2},
		"stop_done":      {healing.EffectDone, 2},
		"start_intended": {healing.EffectDone, 2},
		"start_forked":   {healing.EffectDone, 2},
		"start_recorded": {healing.EffectDone, 2},
		"order_finished": {healing.EffectDone, 2},
	} {
		t.Run(step, func(t *testing.T) {
			st := newStage(t, "pay-1")
			o := order(VerbRestart, event.Target{})
			old := st.otelheal(step, &o)
			require.NotEmpty(t, old)
			s := st.start()
			o.Target = event.Target{Entity: unitOf(s, "pay-1").Target.Entity, Incarnation: old}
			r := s.Lookup(t.Context(), o)
			assert.Equal(t, want.effect, r.Effect, r.Detail)
			u := st.await(s, "pay-1", event.AgentHealthy)
			if want.effect == healing.EffectDone {
				assert.Equal(t, u.Target, r.Now)
				assert.NotEqual(t, old, u.Target.Incarnation)
				assert.Equal(t, r.Effect, s.Execute(t.Context(), o).Effect)
			} else {
				assert.Equal(t, old, u.Target.Incarnation)
			}
			assert.Len(t, st.ledger("pay-1"), want.starts)
		})
	}
}

func TestEndWhileOtelhealWasAway(t *testing.T) {
	st := newStage(t, "pay-1")
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	require.NoError(t, s.Shutdown(context.Background()))
	require.NoError(t, syscall.Kill(pidOf(u), syscall.SIGKILL)) // a zombie now: its parent, this process, has not collected it
	s = st.start()
	dead := st.await(s, "pay-1", event.AgentExited)
	assert.Equal(t, u.Target, dead.Target)
	assert.Equal(t, healing.EffectDone, s.Execute(t.Context(), order(VerbRestart, dead.Target)).Effect)
}

func TestAdoptedFromAnotherProcessIsWatched(t *testing.T) {
	st := newStage(t, "pay-1")
	st.otelheal("healthy", nil)
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	require.NoError(t, syscall.Kill(pidOf(u), syscall.SIGKILL))
	dead := st.await(s, "pay-1", event.AgentExited)
	assert.Equal(t, u.Target, dead.Target)
	unit := s.unit(u.Target.Entity)
	unit.mu.Lock()
	defer unit.mu.Unlock()
	assert.Contains(t, []string{"ended by signal 9 (killed)", "exit status unknown"}, unit.reason)
	t.Log("the status of an adopted process here:", unit.reason)
}

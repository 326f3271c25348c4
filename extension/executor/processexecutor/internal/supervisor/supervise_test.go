//go:build linux

package supervisor

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

func TestHungInstanceIsSeenAndRestartedOnce(t *testing.T) {
	st := newStage(t, "pay-1", "pay-2")
	st.program().Environment["DEAF"] = "1" // only SIGKILL ends it
	s := st.start()
	first := st.await(s, "pay-1", event.AgentHealthy)
	other := st.await(s, "pay-2", event.AgentHealthy)
	st.ask("pay-1", "/hang")
	hung := st.await(s, "pay-1", event.AgentUnhealthy)
	assert.Equal(t, first.Target, hung.Target)

	o := order(VerbRestart, hung.Target)
	began := time.Now()
	r := s.Execute(t.Context(), o)
	require.Equal(t, healing.EffectDone, r.Effect, r.Detail)
	assert.GreaterOrEqual(t, time.Since(began), st.program().StopTimeout)
	now := st.await(s, "pay-1", event.AgentHealthy)
	assert.Equal(t, now.Target, r.Now)
	assert.NotEqual(t, hung.Target.Incarnation, now.Target.Incarnation)
	assert.WithinRange(t, r.At, began, time.Now())

	assert.Equal(t, r, s.Execute(t.Context(), o), "a doubled order is answered, not done")
	assert.Equal(t, r.Effect, s.Lookup(t.Context(), o).Effect)
	o.Key = "another key, same dead incarnation"
	assert.Equal(t, healing.EffectSuperseded, s.Execute(t.Context(), o).Effect)
	assert.Len(t, st.ledger("pay-1"), 2)
	assert.Len(t, st.ledger("pay-2"), 1)
	assert.Equal(t, other.Target, unitOf(s, "pay-2").Target)
}

func TestWrongOrUnknownTargetTouchesNothing(t *testing.T) {
	st := newStage(t, "pay-1")
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	for name, c := range map[string]struct {
		change func(*healing.Order)
		want   healing.Effect
	}{
		"other incarnation": {func(o *healing.Order) { o.Target.Incarnation = "1@1-00000000" }, healing.EffectSuperseded},
		"no incarnation":    {func(o *healing.Order) { o.Target.Incarnation = "" }, healing.EffectRefused},
		"other instance":    {func(o *healing.Order) { o.Target.Entity.Instance = "pay-9" }, healing.EffectRefused},
		"other host":        {func(o *healing.Order) { o.Target.Entity.Host = "elsewhere" }, healing.EffectRefused},
		"other namespace":   {func(o *healing.Order) { o.Target.Entity.Namespace = "" }, healing.EffectRefused},
		"past deadline":     {func(o *healing.Order) { o.Deadline = time.Now().Add(-time.Second) }, healing.EffectRefused},
		"unknown verb":      {func(o *healing.Order) { o.Verb = "explode" }, healing.EffectRefused},
		"no key":            {func(o *healing.Order) { o.Key = "" }, healing.EffectRefused},
		"no previous":       {func(o *healing.Order) { o.Verb = VerbRollback }, healing.EffectRefused},
	} {
		t.Run(name, func(t *testing.T) {
			o := order(VerbRestart, u.Target)
			c.change(&o)
			r := s.Execute(t.Context(), o)
			assert.Equal(t, c.want, r.Effect, r.Detail)
			if o.Key != "" {
				assert.Equal(t, healing.EffectNone, s.Lookup(t.Context(), o).Effect)
			}
		})
	}
	assert.Equal(t, u.Target, unitOf(s, "pay-1").Target)
	assert.Len(t, st.ledger("pay-1"), 1)
}

func TestCrashIsReportedAndHealedOnOrderOnly(t *testing.T) {
	st := newStage(t, "pay-1")
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	require.NoError(t, syscall.Kill(pidOf(u), syscall.SIGKILL))
	dead := st.await(s, "pay-1", event.AgentExited)
	assert.Equal(t, u.Target, dead.Target, "the incarnation stays that of the last life")
	r := s.Execute(t.Context(), order(VerbRestart, dead.Target))
	require.Equal(t, healing.EffectDone, r.Effect, r.Detail)
	assert.Len(t, st.ledger("pay-1"), 2)
}

func TestPersonsStopIsRespected(t *testing.T) {
	st := newStage(t, "pay-1")
	st.program().RestartOnExit = true
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	require.NoError(t, syscall.Kill(pidOf(u), syscall.SIGTERM))
	st.await(s, "pay-1", event.AgentStopped)
	require.NotNil(t, st.changed(event.ChangeManual))
	r := s.Execute(t.Context(), order(VerbRestart, u.Target))
	assert.Equal(t, healing.EffectRefused, r.Effect)

	require.NoError(t, s.Shutdown(context.Background()))
	s = st.start()
	st.await(s, "pay-1", event.AgentStopped)
	assert.Len(t, st.ledger("pay-1"), 1)

	touch(t, st.set.Directory, "start/pay-1") // a person starts it again
	again := st.await(s, "pay-1", event.AgentHealthy)
	assert.NotEqual(t, u.Target, again.Target)
}

func TestHoldStopsHealing(t *testing.T) {
	st := newStage(t, "pay-1")
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	touch(t, st.set.Directory, "hold/pay-1")
	r := s.Execute(t.Context(), order(VerbRestart, u.Target))
	assert.Equal(t, healing.EffectRefused, r.Effect)
	require.True(t, unitOf(s, "pay-1").OptOut)
	assert.Len(t, st.ledger("pay-1"), 1)
}

func TestRestartOnExit(t *testing.T) {
	st := newStage(t, "pay-1")
	st.program().RestartOnExit = true
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	assert.True(t, u.SelfHealed)
	st.ask("pay-1", "/crash")
	require.Eventually(t, func() bool {
		now := unitOf(s, "pay-1")
		return now.Target != u.Target && now.Status == event.AgentHealthy
	}, 10*time.Second, 10*time.Millisecond)
	assert.Len(t, st.ledger("pay-1"), 2)
}

func TestStartThatNeverBecomesHealthyFails(t *testing.T) {
	st := newStage(t, "pay-1")
	st.program().StartTimeout = time.Second
	s := st.start()
	u := st.await(s, "pay-1", event.AgentHealthy)
	touch(t, st.dir, "releases/v1/sick")
	u = st.await(s, "pay-1", event.AgentUnhealthy)
	r := s.Execute(t.Context(), order(VerbRestart, u.Target))
	assert.Equal(t, healing.EffectFailed, r.Effect)
	assert.Contains(t, r.Detail, "not healthy within")
	assert.Len(t, st.ledger("pay-1"), 2)
}

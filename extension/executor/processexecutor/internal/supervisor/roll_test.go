//go:build linux

package supervisor

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// awaitRelease waits until every instance runs the release, with no operation under way.
func (st *stage) awaitRelease(s *Supervisor, name string) {
	st.t.Helper()
	require.Eventually(st.t, func() bool {
		for _, u := range s.Inventory() {
			if u.Release != name || u.Planned {
				return false
			}
		}
		return true
	}, 20*time.Second, 10*time.Millisecond)
}

func (st *stage) linked() string {
	dir, err := filepath.EvalSymlinks(st.program().Release)
	require.NoError(st.t, err)
	return filepath.Base(dir)
}

func service(release string) event.Target {
	return event.Target{
		Entity: event.Entity{Namespace: "shop", Service: "pay"}, Incarnation: event.ReleaseIncarnation(release),
	}
}

func TestDeployRollsAndRollbackReturns(t *testing.T) {
	st := newStage(t, "pay-1", "pay-2")
	s := st.start()
	st.await(s, "pay-1", event.AgentHealthy)
	st.await(s, "pay-2", event.AgentHealthy)
	st.link("v2")
	st.awaitRelease(s, "v2")
	c := st.changed(event.ChangeRelease)
	require.NotNil(t, c)
	assert.Equal(t, "v1", c.From)
	assert.Equal(t, "v2", c.To)
	u := st.await(s, "pay-2", event.AgentHealthy)
	assert.Equal(t, "v1", u.Previous)
	assert.Nil(t, st.changed(event.ChangeManual), "our own stops are nobody's")

	assert.Equal(t, healing.EffectSuperseded, s.Execute(t.Context(), order(VerbRollback, service("v1"))).Effect)
	o := order(VerbRollback, service("v2"))
	r := s.Execute(t.Context(), o)
	require.Equal(t, healing.EffectDone, r.Effect, r.Detail)
	assert.Equal(t, service("v1"), r.Now)
	assert.Equal(t, "v1", st.linked())
	st.awaitRelease(s, "v1")
	require.NotNil(t, st.changed(event.ChangeRollback))
	for _, id := range []string{"pay-1", "pay-2"} {
		var releases []string
		for _, l := range st.ledger(id) {
			releases = append(releases, strings.Fields(l)[2])
		}
		assert.Equal(t, []string{"v1", "v2", "v1"}, releases)
	}
	assert.Empty(t, unitOf(s, "pay-1").Previous, "what was rolled back is nothing to go back to")
	r = s.Execute(t.Context(), order(VerbRollback, service("v1")))
	assert.Equal(t, healing.EffectRefused, r.Effect)
	assert.Equal(t, healing.EffectDone, s.Execute(t.Context(), o).Effect, "a doubled order is answered, not done")
	assert.Len(t, st.ledger("pay-1"), 3)
}

func TestUnhealthyReleaseIsNoneToReturnTo(t *testing.T) {
	st := newStage(t, "pay-1")
	st.program().StartTimeout = time.Second
	s := st.start()
	st.await(s, "pay-1", event.AgentHealthy)
	st.link("sick")
	st.awaitRelease(s, "sick")
	u := st.await(s, "pay-1", event.AgentUnhealthy)
	assert.Equal(t, "v1", u.Previous)
	o := order(VerbRollback, u.Target) // an instance names its program as well
	r := s.Execute(t.Context(), o)
	require.Equal(t, healing.EffectDone, r.Effect, r.Detail)
	assert.Equal(t, "v1", st.linked())
	assert.Empty(t, st.await(s, "pay-1", event.AgentHealthy).Previous)
}

func TestKilledInTheMiddleOfARollback(t *testing.T) {
	for _, step := range []string{"order_begun", "roll_begun", "roll_flipped", "stop_intended", "stop_done", "start_forked", "order_finished"} {
		t.Run(step, func(t *testing.T) {
			st := newStage(t, "pay-1", "pay-2")
			s := st.start()
			st.await(s, "pay-1", event.AgentHealthy)
			st.await(s, "pay-2", event.AgentHealthy)
			st.link("v2")
			st.awaitRelease(s, "v2")
			require.NoError(t, s.Shutdown(t.Context()))

			o := order(VerbRollback, service("v2"))
			st.otelheal(step, &o)
			s = st.start()
			r := s.Lookup(t.Context(), o)
			if step == "order_begun" {
				assert.Equal(t, healing.EffectNone, r.Effect)
				assert.Equal(t, "v2", st.linked())
				assert.Len(t, st.ledger("pay-1"), 2)
				return
			}
			assert.Equal(t, healing.EffectDone, r.Effect, r.Detail)
			assert.Equal(t, "v1", st.linked())
			st.awaitRelease(s, "v1")
			assert.Len(t, st.ledger("pay-1"), 3)
			assert.Len(t, st.ledger("pay-2"), 3)
		})
	}
}

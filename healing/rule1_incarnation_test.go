package healing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// A supervisor, Kubernetes or a person was faster: their restart is watched.
func TestAnotherIncarnationIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.reborn("payment-2", "7@7")
	w.submit(a)
	w.isStopped(a, event.StateVerifying, ReasonOtherLife)
	w.seconds(5, a, 0.01, 20)
	w.ended(a, event.StateSuperseded, ReasonOtherLife, false)
	assert.Empty(t, w.orders)
}

// Theirs did not help: that is for a person, not for the next rung.
func TestAnotherIncarnationThatStillHurtsIsPaged(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Steps = append(a.Steps, step("rollback"))
	w.reborn("payment-2", "7@7")
	w.submit(a)
	w.seconds(35, a, 0.9, 20)
	w.ended(a, event.StateEscalated, ReasonNotRecovered, true)
	assert.Empty(t, w.orders)
	assert.Equal(t, []string{"restart by process_executor", "rollback by process_executor"}, w.last().NotDone)
}

// The executor has the last look.
func TestExecutorThatFindsAnotherIncarnationTakesTheKeyBack(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.submit(a)
	w.answered(Result{Effect: EffectSuperseded, Now: target("payment-2", "7@7")})
	r := w.record(a)
	assert.Equal(t, event.StateVerifying, r.State)
	assert.Equal(t, ReasonOtherLife, r.Reason)
	assert.Empty(t, r.Keys)
	assert.Zero(t, r.Acted)
	assert.Equal(t, event.Incarnation("7@7"), r.Now.Incarnation)
	assert.Equal(t, w.now, r.Effect, "what was measured before is no proof")
}

func TestUnknownIncarnationIsPaged(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Target.Incarnation = ""
	w.submit(a)
	w.isStopped(a, event.StateRefused, ReasonUnknownIncarnation)
	assert.True(t, w.last().Page)
}

// Such as one that a command_executor lists, of which nobody reports the process.
func TestAUnitOfNoKnownLifeIsRefusedForThat(t *testing.T) {
	for name, listed := range map[string]string{"by instance": "payment-2", "as a whole service": ""} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			u := w.unit("payment-2")
			u.Target.Incarnation, u.Target.Entity.Instance = "", listed
			a := w.action("i1", "payment-2")
			w.submit(a)
			w.isStopped(a, event.StateRefused, ReasonUnknownIncarnation)
			assert.Contains(t, w.last().Text, "nobody says which life of it runs")
		})
	}
}

// After a kill -9 rca knows the incident under another ID.
func TestDoubledKeyUnderAnotherIncidentIsHarmless(t *testing.T) {
	w := newWorld(t)
	a, b := w.action("i1", "payment-2"), w.action("i2", "payment-2")
	w.submit(a)
	w.submit(b)
	assert.Len(t, w.orders, 1)
	assert.Equal(t, ReasonBusy, w.record(b).Reason, "nobody is paged while it is being done")
	w.executed()
	w.now = w.now.Add(time.Second)
	w.submit(w.revised(b, 0.5, 20))
	assert.Equal(t, ReasonOtherLife, w.record(b).Reason)
	for range 6 {
		w.now = w.now.Add(time.Second)
		w.submit(w.revised(a, 0.01, 20))
		w.submit(w.revised(b, 0.01, 20))
	}
	assert.Equal(t, event.StateSucceeded, w.record(a).State)
	assert.Equal(t, event.StateSuperseded, w.record(b).State)
	assert.Len(t, w.orders, 1)
	for _, o := range w.said {
		assert.False(t, o.Page, o.Text)
	}
}

func TestTheSameStepOnTheSameLifeIsRefused(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Cooldown = time.Nanosecond })
	a, b := w.action("i1", "payment-2"), w.action("i2", "payment-2")
	w.submit(a)
	w.answered(Result{Effect: EffectDone, Now: a.Target})
	w.seconds(8, a, 0.01, 20)
	require.Equal(t, event.StateSucceeded, w.record(a).State)
	w.submit(w.revised(b, 0.5, 20))
	w.ended(b, event.StateRefused, ReasonUsedKey, true)
	assert.Len(t, w.orders, 1)
}

// Two levels of degradation are two steps, though verb, hand and life agree.
func TestParametersAreAPartOfTheKey(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	one, two := step("degrade"), step("degrade")
	one.Params, two.Params = map[string]string{"level": "1"}, map[string]string{"level": "2"}
	a.Steps = []event.Step{one, two}
	w.submit(a)
	w.answered(Result{Effect: EffectDone})
	w.seconds(31, a, 0.9, 20)
	require.Len(t, w.orders, 2)
	assert.NotEqual(t, w.orders[0].Order.Key, w.orders[1].Order.Key)
	assert.Equal(t, "2", w.orders[1].Order.Params["level"])
}

// An inventory gathered just before the effect, and looked at just after it.
func TestInventoryFromBeforeTheEffectIsNoTakeOver(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.submit(a)
	before := w.env
	before.Units = append([]Unit(nil), w.env.Units...)
	w.executed()
	w.do(w.h.Tick(before, w.now))
	r := w.record(a)
	assert.False(t, r.Untouched)
	assert.Equal(t, "2@", string(r.Now.Incarnation)[:2])

	w.now = w.now.Add(time.Second)
	w.reborn("payment-2", "9@9")
	w.wait(0)
	assert.True(t, w.record(a).Untouched, "a life that began after the effect is one")
	assert.Equal(t, ReasonSilence, w.record(a).Reason)
}

func TestReleaseIsAnIncarnationOfAService(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Steps = []event.Step{step("rollback")}
	a.Target = event.Target{Entity: a.Target.Entity.OfService(), Incarnation: event.ReleaseIncarnation("v1")}
	w.submit(a)
	require.Len(t, w.orders, 1)

	w = newWorld(t)
	w.unit("payment-1").Release, w.unit("payment-2").Release = "v0", "v0"
	w.submit(a)
	w.isStopped(a, event.StateVerifying, ReasonOtherLife)
}

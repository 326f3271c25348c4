package healing

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// healed restarts the instance, has it proven, and returns the seconds it took.
func (w *world) healed(id, instance string) {
	w.t.Helper()
	a := w.action(id, instance)
	a.Target = w.unit(instance).Target
	before := len(w.orders)
	w.submit(a)
	require.Len(w.t, w.orders, before+1, w.why(a))
	w.executed()
	w.seconds(4, a, 0.01, 20)
	require.Equal(w.t, event.StateSucceeded, w.record(a).State)
}

// asks submits an action on the instance as it lives now.
func (w *world) asks(id, instance string) *event.Action {
	a := w.action(id, instance)
	a.Target = w.unit(instance).Target
	w.submit(a)
	return a
}

func TestStormTouchesNothing(t *testing.T) {
	w := newWorld(t)
	var all []*event.Action
	for _, u := range w.env.Units { // eight at once, where five are a storm
		a := w.action("i-"+u.Target.Entity.Instance, u.Target.Entity.Instance)
		_, work := w.h.Submit(a, w.now)
		w.do(work)
		all = append(all, a)
	}
	w.wait(0)
	assert.Empty(t, w.orders)
	for _, a := range all {
		r := w.record(a)
		assert.Equal(t, event.StateRefused, r.State)
		assert.Equal(t, ReasonStorm, r.Reason)
	}
	assert.True(t, w.last().Page)
}

// What was asked for in a storm stays dropped; what is asked for later is not.
func TestStormEndsWhenNobodyNewAsks(t *testing.T) {
	w := newWorld(t)
	for _, u := range w.env.Units {
		if u.Target.Entity.Instance == "payment-2" {
			continue
		}
		_, work := w.h.Submit(w.action("i-"+u.Target.Entity.Instance, u.Target.Entity.Instance), w.now)
		w.do(work)
	}
	w.wait(30 * time.Second)
	late := w.asks("late", "payment-2")
	assert.Equal(t, ReasonStorm, w.record(late).Reason, "it is prolonged by whoever is new")
	w.wait(59 * time.Second)
	assert.Equal(t, ReasonStorm, w.record(w.asks("later", "payment-2")).Reason)
	w.wait(2 * time.Minute)
	assert.Empty(t, w.orders, "the backlog is dropped")
	w.asks("after", "payment-2")
	assert.Len(t, w.orders, 1)
}

// Many incidents of one target are no storm.
func TestManyWishesForOneTargetAreNoStorm(t *testing.T) {
	w := newWorld(t)
	for k := range 20 {
		_, work := w.h.Submit(w.action(fmt.Sprint("i", k), "payment-2"), w.now)
		w.do(work)
	}
	w.wait(0)
	assert.Len(t, w.orders, 1)
}

func TestBudgetStopsWhatIsBeyondIt(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Budget, l.Cooldown, l.BudgetWindow = 2, time.Nanosecond, time.Minute })
	w.healed("i1", "payment-1")
	w.healed("i2", "search-1")
	a := w.asks("i3", "cart-1")
	w.ended(a, event.StateRefused, ReasonBudget, true)
	w.wait(time.Minute)
	w.healed("i4", "cart-1")
}

func TestCooldownDoubles(t *testing.T) {
	w := newWorld(t, func(l *Limits) {
		l.Flaps, l.Budget, l.CooldownMax = 100, 100, 100*time.Second
	})
	for n, rest := range []time.Duration{30, 60, 100, 100} { // in seconds; the last ones are at the limit
		w.healed(fmt.Sprint("h", n), "payment-2")
		acted := w.record(&event.Action{ID: fmt.Sprint("act-h", n)}).Acted
		w.now = acted.Add(rest*time.Second - time.Millisecond)
		a := w.asks(fmt.Sprint("w", n), "payment-2")
		assert.Equal(t, ReasonCooldown, w.record(a).Reason, "after %d", n+1)
		w.now = acted.Add(rest * time.Second)
		before := len(w.orders)
		w.submit(w.revised(a, 0.5, 20))
		require.Len(t, w.orders, before+1, w.why(a))
		w.answered(Result{Effect: EffectRefused}) // it leaves no trace
	}
}

func TestFlappingIsStopped(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Cooldown, l.CooldownMax = time.Nanosecond, time.Nanosecond })
	for n := range 3 {
		w.healed(fmt.Sprint("h", n), "payment-2")
	}
	w.ended(w.asks("again", "payment-2"), event.StateRefused, ReasonFlapping, true)
	w.wait(15 * time.Minute)
	w.healed("much later", "payment-2")
}

// Both limits of the blast radius, and that one repair is always allowed.
func TestBlastRadius(t *testing.T) {
	for _, c := range []struct {
		concurrent int
		percent    float64
		want       int
	}{{3, 100, 3}, {3, 25, 2}, {1, 100, 1}, {3, 1, 1}} {
		w := newWorld(t, func(l *Limits) { l.Concurrent, l.ConcurrentPercent = c.concurrent, c.percent })
		for _, i := range []string{"payment-1", "search-1", "cart-1", "search-2"} {
			w.asks("i-"+i, i)
		}
		assert.Len(t, w.orders, c.want, c)
	}
}

func TestLastHealthyInstanceIsNotTouched(t *testing.T) {
	w := newWorld(t)
	w.unit("payment-1").Status = event.AgentUnhealthy
	a := w.asks("i1", "payment-2")
	w.isStopped(a, event.StateRequested, ReasonMinHealthy)
	w.unit("payment-1").Status = event.AgentHealthy
	w.submit(w.revised(a, 0.5, 20))
	assert.Len(t, w.orders, 1)
}

func TestMinHealthyDoesNotKeepTheDeadDown(t *testing.T) {
	w := newWorld(t)
	w.unit("payment-1").Status = event.AgentUnhealthy
	w.unit("payment-2").Status = event.AgentUnhealthy
	w.asks("i1", "payment-2")
	assert.Len(t, w.orders, 1)
	w = newWorld(t)
	w.asks("i1", "cart-1")
	assert.Len(t, w.orders, 1, "it has no others")
}

func TestApprovalIsAskedForGivenAndExpires(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Steps[0].Approval = true
	w.submit(a)
	w.isStopped(a, event.StateRequested, ReasonApproval)
	assert.True(t, w.last().Page, "a person has to hear of it")
	said := len(w.said)
	w.silence(5)
	assert.Len(t, w.said, said, "once is enough")

	receipt, work := w.h.Approve(a.ID, "ann", w.now)
	w.do(work)
	assert.Equal(t, VerdictUpdated, receipt.Verdict)
	w.wait(0)
	require.Len(t, w.orders, 1)
	assert.Equal(t, "ann", w.record(a).ApprovedBy)

	b := w.action("i2", "cart-1")
	b.Steps[0].Approval = true
	w.submit(b)
	w.silence(31)
	w.ended(b, event.StateExpired, ReasonExpired, true)
	receipt, _ = w.h.Approve(b.ID, "ann", w.now)
	assert.Equal(t, VerdictStale, receipt.Verdict)
}

func TestApprovalIsForOneTargetAndOneStep(t *testing.T) {
	for name, change := range map[string]func(*event.Action){
		"target": func(a *event.Action) {
			a.Target = target("payment-1", "1@1")
			a.Incident.Evidence = []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: a.Target.Entity}}
		},
		"verb":   func(a *event.Action) { a.Steps[0].Verb = "rollback" },
		"params": func(a *event.Action) { a.Steps[0].Params = map[string]string{"force": "true"} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.action("i1", "payment-2")
			a.Steps[0].Approval, a.Incident.Settled = true, false
			w.submit(a)
			_, work := w.h.Approve(a.ID, "ann", w.now)
			w.do(work)
			b := w.revised(a, 0.5, 20)
			b.Incident.Settled = true
			b.Steps = append([]event.Step(nil), b.Steps...)
			change(b)
			w.submit(b)
			w.isStopped(a, event.StateRequested, ReasonApproval)
		})
	}
}

func TestNextRungNeedsAnApprovalOfItsOwn(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Steps = append(a.Steps, step("rollback"))
	a.Steps[0].Approval, a.Steps[1].Approval = true, true
	w.submit(a)
	_, work := w.h.Approve(a.ID, "ann", w.now)
	w.do(work)
	w.wait(0)
	w.executed()
	w.seconds(31, a, 0.9, 20)
	assert.Len(t, w.orders, 1)
	assert.Equal(t, ReasonApproval, w.record(a).Reason)
	assert.Empty(t, w.record(a).ApprovedBy)
}

func TestKillSwitchStopsTheNextRungToo(t *testing.T) {
	w, a := restarted(t)
	w.env.Killed = "/run/stop"
	w.seconds(31, a, 0.9, 20)
	assert.Len(t, w.orders, 1)
	w.ended(a, event.StateRefused, ReasonKillSwitch, true)
}

// An executor that does not answer for a moment is no reason to give up.
func TestMissingInventoryIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	units := w.env.Units
	w.env.Units, w.env.Missing = nil, []string{"process_executor"}
	a := w.action("i1", "payment-2")
	w.submit(a)
	w.isStopped(a, event.StateRequested, ReasonNoInventory)
	w.env.Units, w.env.Missing = units, nil
	w.wait(time.Second)
	assert.Len(t, w.orders, 1)
}

// What the guardrails have to know is not forgotten to make room.
func TestRefusalsDoNotPushOutWhatWasDone(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Storm = 1000 })
	w.h.keep = 3
	w.healed("i1", "payment-2")
	w.env.Killed = "/run/stop"
	for k := range 20 {
		w.asks(fmt.Sprint("r", k), "search-1")
	}
	w.env.Killed = ""
	assert.Len(t, w.h.Records(), 3+1-1)
	assert.Equal(t, ReasonCooldown, w.record(w.asks("i2", "payment-2")).Reason)
	w.wait(2 * time.Hour)
	_, known := w.h.Record("act-i1")
	assert.False(t, known)
	assert.LessOrEqual(t, len(w.h.Records()), 3)
}

// Each rung of a ladder is a step of its own to the budget and against flapping.
func TestEachRungCounts(t *testing.T) {
	for reason, limit := range map[Reason]func(*Limits){
		ReasonBudget:   func(l *Limits) { l.Budget = 2 },
		ReasonFlapping: func(l *Limits) { l.Flaps = 2 },
	} {
		w := newWorld(t, limit)
		a := w.action("i1", "payment-2")
		a.Steps = []event.Step{step("restart"), step("rollback"), step("degrade")}
		w.submit(a)
		for range 2 {
			w.executed()
			w.seconds(31, a, 0.9, 20)
		}
		assert.Len(t, w.orders, 2)
		w.ended(a, event.StateRefused, reason, true)
		assert.Equal(t, []string{"degrade by process_executor"}, w.last().NotDone)
	}
}

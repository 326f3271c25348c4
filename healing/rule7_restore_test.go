package healing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// killed ends the healer and gives the journal's records to a new one.
func (w *world) killed() Work {
	journal := map[string]Record{}
	for _, work := range w.work {
		for _, r := range work.Records {
			journal[r.Action.ID] = r
		}
		for _, id := range work.Drop {
			delete(journal, id)
		}
	}
	var records []Record
	for _, r := range journal {
		records = append(records, r)
	}
	w.h = New(Settings{Limits: w.h.limits, Executors: w.h.executors, Keep: w.h.keep})
	return w.do(w.h.Restore(records))
}

func TestInterruptedEffectIsLookedUpNeverRepeated(t *testing.T) {
	for _, c := range []struct {
		effect Effect
		state  event.State
		reason Reason
		orders int // in all
	}{
		{EffectDone, event.StateVerifying, "", 1},
		{EffectUnknown, event.StateUnknown, ReasonEffectUnknown, 1},
		{EffectSuperseded, event.StateVerifying, ReasonOtherLife, 1},
		{EffectNone, event.StateExecuting, "", 2}, // certainly nothing happened: the guards let it go again
	} {
		t.Run(string(c.effect), func(t *testing.T) {
			w := newWorld(t)
			a := w.action("i1", "payment-2")
			w.submit(a)
			work := w.killed()
			require.Len(t, work.Lookups, 1)
			assert.Empty(t, work.Orders)
			assert.Equal(t, w.orders[0], work.Lookups[0], "the same order, key and all")
			w.wait(time.Second)
			assert.Len(t, w.orders, 1)
			assert.Equal(t, event.StateExecuting, w.record(a).State)
			w.answered(Result{Effect: c.effect, Now: a.Target})
			if c.effect == EffectNone {
				w.wait(0)
			}
			r := w.record(a)
			assert.Equal(t, c.state, r.State)
			assert.Equal(t, c.reason, r.Reason)
			assert.Len(t, w.orders, c.orders)
		})
	}
}

// A look-up may be answered before the first inventory.
func TestLookupBeforeTheFirstTickProvesNothing(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.submit(a)
	w.killed()
	w.answered(Result{Effect: EffectSuperseded})
	assert.Equal(t, w.now, w.record(a).Effect)
	assert.Equal(t, a.Target, w.record(a).Now)
}

func TestRestoredStatesGoOn(t *testing.T) {
	t.Run("requested", func(t *testing.T) {
		w := newWorld(t)
		a := w.action("i1", "payment-2")
		a.Incident.Settled = false
		w.submit(a)
		assert.True(t, func() bool { work := w.killed(); return work.Empty() }())
		w.silence(31)
		w.ended(a, event.StateExpired, ReasonExpired, true)
	})
	t.Run("verifying", func(t *testing.T) {
		w, a := restarted(t)
		w.seconds(2, a, 0.01, 20)
		work := w.killed()
		assert.True(t, work.Empty())
		w.seconds(3, a, 0.01, 20)
		w.ended(a, event.StateSucceeded, ReasonProven, false)
		assert.Len(t, w.orders, 1)
	})
	t.Run("second rung", func(t *testing.T) {
		w, a := restarted(t)
		w.seconds(31, a, 0.9, 20)
		require.Len(t, w.orders, 2)
		work := w.killed()
		require.Len(t, work.Lookups, 1)
		assert.Equal(t, "rollback", work.Lookups[0].Order.Verb)
	})
	t.Run("ended", func(t *testing.T) {
		w := newWorld(t)
		w.healed("i1", "payment-2")
		work := w.killed()
		assert.True(t, work.Empty())
		a := w.asks("i2", "payment-2")
		assert.Equal(t, ReasonCooldown, w.record(a).Reason, "the guardrails remember")
	})
	t.Run("storm", func(t *testing.T) {
		w := newWorld(t)
		for _, u := range w.env.Units {
			_, work := w.h.Submit(w.action("i-"+u.Target.Entity.Instance, u.Target.Entity.Instance), w.now)
			w.do(work)
		}
		w.killed()
		w.wait(time.Second)
		assert.Empty(t, w.orders)
	})
}

func TestRestoredRecordsKeepTheirOrder(t *testing.T) {
	records := []Record{
		{Action: event.Action{ID: "b"}, State: event.StateFailed, Received: t0},
		{Action: event.Action{ID: "c"}, State: event.StateFailed, Received: t0.Add(-1)},
		{Action: event.Action{ID: "a"}, State: event.StateFailed, Received: t0},
	}
	h := New(Settings{Keep: 9})
	h.Restore(records)
	var ids []string
	for _, r := range h.Records() {
		ids = append(ids, r.Action.ID)
	}
	assert.Equal(t, []string{"c", "a", "b"}, ids)
}

func TestNothingHappenedIsBelievedAFewTimesOnly(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.submit(a)
	for range 10 {
		if w.record(a).State == event.StateExecuting {
			w.answered(Result{Effect: EffectNone, Detail: "no such luck"})
			w.submit(w.revised(a, 0.5, 20))
		}
	}
	assert.Len(t, w.orders, 1+maxVain)
	w.ended(a, event.StateRefused, ReasonByExecutor, true)
	assert.Empty(t, w.record(a).Keys, "nothing was touched")
}

func TestOldAndDoubledRevisionsAreNoNews(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	old := *a
	w.submit(a)
	assert.Equal(t, VerdictDuplicate, w.submit(&old).Verdict)
	assert.Equal(t, VerdictUpdated, w.submit(w.revised(a, 0.5, 20)).Verdict)
	assert.Equal(t, VerdictStale, w.submit(&old).Verdict)
	assert.Equal(t, uint64(2), w.record(a).Action.Incident.Revision)
	w.answered(Result{Effect: EffectUnknown})
	assert.Equal(t, VerdictStale, w.submit(w.revised(a, 0.5, 20)).Verdict, "it has ended")
	assert.Len(t, w.orders, 1)
}

func TestInvalidActionLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Expires = time.Time{}
	receipt, work := w.h.Submit(a, w.now)
	assert.Equal(t, VerdictInvalid, receipt.Verdict)
	assert.Contains(t, receipt.Reason, "expires is missing")
	assert.True(t, work.Empty())
	assert.Empty(t, w.h.Records())
}

func TestAnswerToWhatIsOverChangesNothing(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.submit(a)
	o := w.orders[0].Order
	w.answered(Result{Effect: EffectUnknown})
	for _, key := range []string{o.Key, "another"} {
		work := w.h.Done(o.ActionID, key, Result{Effect: EffectDone}, w.now)
		assert.True(t, work.Empty())
	}
	work := w.h.Done("nobody", o.Key, Result{Effect: EffectDone}, w.now)
	assert.True(t, work.Empty())
	assert.Equal(t, event.StateUnknown, w.record(a).State)
}

// Until something is done, a newer revision may know the cause better.
func TestRevisionMayNameAnotherCauseUntilSomethingIsDone(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Incident.Settled = false
	w.submit(a)
	b := w.revised(a, 0.5, 20)
	b.Incident.Settled, b.Target = true, target("search-1", "1@1")
	b.Incident.Evidence = []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: b.Target.Entity}}
	w.submit(b)
	require.Len(t, w.orders, 1)
	assert.Equal(t, b.Target, w.orders[0].Order.Target)

	c := w.revised(b, 0.5, 20)
	c.Target = target("payment-2", "1@1")
	w.submit(c)
	assert.Equal(t, b.Target, w.record(a).Target)
	assert.Equal(t, b.Target, w.record(a).Action.Target)
}

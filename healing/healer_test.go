package healing

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

var t0 = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// world is a healer with two payment instances and one cart, all healthy, and a
// clock that only the test moves.
type world struct {
	t      *testing.T
	h      *Healer
	env    Env
	now    time.Time
	work   []Work
	orders []Assignment
	said   []event.Outcome
}

func newWorld(t *testing.T, change ...func(*Limits)) *world {
	limits := NewDefaultLimits()
	for _, c := range change {
		c(&limits)
	}
	require.NoError(t, limits.Validate())
	w := &world{t: t, now: t0}
	w.h = New(Settings{Limits: limits, Executors: []string{"process_executor"}, Keep: 100})
	for _, id := range []string{"payment-1", "payment-2", "cart-1", "search-1", "search-2", "search-3", "search-4", "search-5"} {
		w.env.Units = append(w.env.Units, Unit{
			Target: target(id, "1@1"), Status: event.AgentHealthy, Started: t0.Add(-time.Hour),
			Release: "v1", Executor: "process_executor",
		})
	}
	return w
}

func target(instance, incarnation string) event.Target {
	return event.Target{
		Entity:      event.Entity{Namespace: "shop", Service: instance[:len(instance)-2], Instance: instance},
		Incarnation: event.Incarnation(incarnation),
	}
}

// action asks to restart an instance that is seen to hang and hurts its service.
func (w *world) action(id, instance string) *event.Action {
	tg := target(instance, "1@1")
	return &event.Action{
		ID: "act-" + id, Policy: "restart", Mode: event.ModeAct, Target: tg,
		Steps: []event.Step{{
			Verb: "restart", Executor: "process_executor", Timeout: event.Duration(10 * time.Second),
			VerifyWithin: event.Duration(30 * time.Second), Hold: event.Duration(3 * time.Second),
		}},
		IssuedAt: w.now, Expires: w.now.Add(30 * time.Second),
		Incident: event.Incident{
			ID: id, Revision: 1, Status: event.IncidentOpen, Settled: true, Confidence: 0.9,
			Cause:    event.Cause{Target: tg, Kind: event.KindHang},
			Onset:    w.now.Add(-3 * time.Second),
			Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: tg.Entity, Text: "probe fails", At: w.now}},
			Symptoms: []event.Symptom{{
				ID: "s1", Entity: tg.Entity.OfService(), Signal: event.SignalTrace, What: "error_ratio",
				Band: event.Band{Low: 0, High: 0.05}, Observed: 0.5, Demand: 20, DemandBefore: 20,
				WindowStart: w.now.Add(-3 * time.Second), FreshAt: w.now,
			}},
		},
	}
}

func (w *world) do(work Work) Work {
	w.work = append(w.work, work)
	w.orders = append(w.orders, work.Orders...)
	w.said = append(w.said, work.Outcomes...)
	return work
}

func (w *world) submit(a *event.Action) Receipt {
	r, work := w.h.Submit(a, w.now)
	w.do(work)
	w.do(w.h.Tick(w.env, w.now))
	return r
}

func (w *world) wait(d time.Duration) { w.now = w.now.Add(d); w.do(w.h.Tick(w.env, w.now)) }

// executed lets the process executor carry out the newest order.
func (w *world) executed() {
	o := w.orders[len(w.orders)-1].Order
	w.now = w.now.Add(time.Second)
	next := o.Target
	next.Incarnation = event.Incarnation(fmt.Sprintf("2@%d", w.now.Unix()))
	for i := range w.env.Units {
		if w.env.Units[i].Target.Entity == o.Target.Entity {
			w.env.Units[i].Target, w.env.Units[i].Started = next, w.now
		}
	}
	w.do(w.h.Done(o.ActionID, o.Key, Result{Effect: EffectDone, Now: next, At: w.now}, w.now))
}

// revised is the action with a newer revision whose symptom reads as given.
func (w *world) revised(a *event.Action, observed, demand float64) *event.Action {
	b := *a
	b.Incident.Revision++
	s := a.Incident.Symptoms[0]
	s.Observed, s.Demand, s.WindowStart, s.FreshAt = observed, demand, w.now.Add(-500*time.Millisecond), w.now
	b.Incident.Symptoms = []event.Symptom{s}
	b.Expires = w.now.Add(30 * time.Second)
	*a = b
	return &b
}

func (w *world) record(a *event.Action) Record {
	r, ok := w.h.Record(a.ID)
	require.True(w.t, ok)
	return r
}

func TestHangIsHealedFromRequestToProof(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	assert.Equal(t, VerdictAccepted, w.submit(a).Verdict)
	require.Len(t, w.orders, 1)
	assert.Equal(t, a.Target, w.orders[0].Order.Target)
	assert.Equal(t, event.StateExecuting, w.record(a).State)

	w.executed()
	assert.Equal(t, event.StateVerifying, w.record(a).State)
	for range 4 {
		w.now = w.now.Add(time.Second)
		w.submit(w.revised(a, 0.01, 19))
	}
	r := w.record(a)
	assert.Equal(t, event.StateSucceeded, r.State, r.History)
	last := w.said[len(w.said)-1]
	assert.False(t, last.Page)
	assert.Equal(t, string(ReasonProven), last.Reason)
}

// Every order and every outcome stands behind the record that announces it.
func TestRecordComesBeforeWhatItAnnounces(t *testing.T) {
	w := newWorld(t)
	w.submit(w.action("i1", "payment-2"))
	for _, work := range w.work {
		for _, o := range work.Orders {
			i := len(work.Records) - 1
			require.GreaterOrEqual(t, i, 0)
			assert.Equal(t, event.StateExecuting, work.Records[i].State)
			assert.Contains(t, work.Records[i].Keys, o.Order.Key)
		}
	}
}

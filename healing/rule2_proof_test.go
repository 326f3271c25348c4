package healing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// restarted is a world in which payment-2 was just restarted.
func restarted(t *testing.T) (*world, *event.Action) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Steps = append(a.Steps, step("rollback"))
	w.submit(a)
	w.executed()
	require.Equal(t, event.StateVerifying, w.record(a).State)
	return w, a
}

// judged asserts an end without success, and that the ladder went no further.
func (w *world) judged(a *event.Action, reason Reason) {
	w.t.Helper()
	w.ended(a, event.StateInconclusive, reason, true)
	assert.Len(w.t, w.orders, 1, "what is not known is no reason for the next step")
	assert.Equal(w.t, []string{"rollback by process_executor"}, w.last().NotDone)
}

func TestSilenceIsNoRecovery(t *testing.T) {
	w, a := restarted(t)
	w.silence(40)
	w.judged(a, ReasonSilence)
}

// One good revision, and then rca or the network dies.
func TestOneGoodSampleAndThenSilenceIsNoRecovery(t *testing.T) {
	w, a := restarted(t)
	w.seconds(1, a, 0.01, 20)
	assert.Equal(t, ReasonHolding, w.record(a).Reason)
	w.silence(40)
	w.judged(a, ReasonSilence)
}

// Revisions keep coming, with nothing new in them.
func TestRevisionsWithoutNewSamplesAreSilence(t *testing.T) {
	w, a := restarted(t)
	w.seconds(1, a, 0.01, 20)
	for range 45 {
		w.now = w.now.Add(time.Second)
		a.Incident.Revision++
		b := *a
		w.submit(&b)
	}
	w.judged(a, ReasonSilence)
}

func TestSamplesFromBeforeTheEffectAreNoProof(t *testing.T) {
	w, a := restarted(t)
	for range 40 {
		w.now = w.now.Add(time.Second)
		b := w.revised(a, 0, 20)
		b.Incident.Symptoms[0].WindowStart = w.record(a).Effect.Add(-time.Millisecond)
		w.submit(b)
	}
	w.judged(a, ReasonSilence)
}

// An effect that claims to have been complete before it was ordered.
func TestEffectIsNotOlderThanItsOrder(t *testing.T) {
	for _, at := range []time.Time{t0.Add(-time.Hour), t0.Add(time.Hour)} {
		w := newWorld(t)
		a := w.action("i1", "payment-2")
		w.submit(a)
		w.answered(Result{Effect: EffectDone, Now: a.Target, At: at})
		r := w.record(a)
		assert.False(t, r.Effect.Before(r.Acted))
		assert.False(t, r.Effect.After(w.now))
	}
}

func TestHealthyButNobodyAsksIsNoRecovery(t *testing.T) {
	w, a := restarted(t)
	w.seconds(40, a, 0, 9.9)
	w.judged(a, ReasonDemandMissing)
}

func TestDemandIsNotAskedForWhereItMeansNothing(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Incident.Symptoms[0].DemandBefore = 0
	w.submit(a)
	w.executed()
	w.seconds(6, a, 0, 0)
	w.ended(a, event.StateSucceeded, ReasonProven, false)
}

func TestFailingProbeIsNoRecovery(t *testing.T) {
	w, a := restarted(t)
	w.unit("payment-2").Status = event.AgentUnhealthy
	w.seconds(40, a, 0, 20)
	w.judged(a, ReasonProbe)
}

func TestVanishedTargetIsNoRecovery(t *testing.T) {
	w, a := restarted(t)
	w.unit("payment-2").Target.Entity.Instance = "payment-9"
	w.seconds(40, a, 0, 20)
	w.judged(a, ReasonProbe)
}

func TestInterruptedHoldStartsAnew(t *testing.T) {
	w, a := restarted(t)
	w.seconds(3, a, 0.01, 20)
	assert.Equal(t, ReasonHolding, w.record(a).Reason)
	w.seconds(1, a, 0.5, 20)
	assert.Equal(t, ReasonNotRecovered, w.record(a).Reason)
	w.seconds(3, a, 0.01, 20)
	assert.Equal(t, event.StateVerifying, w.record(a).State)
	w.seconds(1, a, 0.01, 20)
	w.ended(a, event.StateSucceeded, ReasonProven, false)
}

// A band that a later revision widened is what the fault taught the baseline.
func TestBandIsFrozenAtTheRevisionThatWasActedOn(t *testing.T) {
	w, a := restarted(t)
	for range 31 {
		w.now = w.now.Add(time.Second)
		b := w.revised(a, 0.5, 20)
		b.Incident.Symptoms[0].Band, b.Incident.Symptoms[0].DemandBefore = event.Band{High: 1}, 0
		w.submit(b)
	}
	assert.Equal(t, event.Band{High: 0.05}, w.record(a).Action.Incident.Symptoms[0].Band)
	require.Len(t, w.orders, 2, "it went to the next rung")
	assert.Equal(t, "rollback", w.orders[1].Order.Verb)
}

func TestSymptomThatIsLeftOutFallsSilent(t *testing.T) {
	w, a := restarted(t)
	for range 40 {
		w.now = w.now.Add(time.Second)
		b := w.revised(a, 0, 20)
		b.Incident.Symptoms[0].ID = "another"
		w.submit(b)
	}
	w.judged(a, ReasonSilence)
	assert.Len(t, w.record(a).Action.Incident.Symptoms, 2)
}

func TestSymptomsAreBounded(t *testing.T) {
	w, a := restarted(t)
	for k := range 3 * event.MaxSymptoms {
		b := w.revised(a, 0, 20)
		b.Incident.Symptoms[0].ID = "s" + string(rune('A'+k))
		w.submit(b)
	}
	assert.Len(t, w.record(a).Action.Incident.Symptoms, event.MaxSymptoms)
}

// A symptom that appears after the effect has to heal as well.
func TestNewSymptomCountsToo(t *testing.T) {
	w, a := restarted(t)
	for range 5 {
		w.now = w.now.Add(time.Second)
		b := w.revised(a, 0, 20)
		worse := b.Incident.Symptoms[0]
		worse.ID, worse.Observed = "s2", 0.9
		b.Incident.Symptoms = append(b.Incident.Symptoms, worse)
		w.submit(b)
	}
	assert.Equal(t, ReasonNotRecovered, w.record(a).Reason)
}

// rca followed a resolved incident for longer than any hold, and falls silent.
func TestResolvedAsRecoveredNeedsNoFurtherSamples(t *testing.T) {
	w, a := restarted(t)
	w.now = w.now.Add(2 * time.Second)
	b := w.revised(a, 0.01, 20)
	b.Incident.Status, b.Incident.Resolution = event.IncidentResolved, event.ResolvedRecovered
	w.submit(b)
	assert.Equal(t, event.StateVerifying, w.record(a).State, "the probe has to hold all the same")
	w.silence(3)
	w.ended(a, event.StateSucceeded, ReasonProven, false)
}

func TestResolvedAsSilentIsNoRecovery(t *testing.T) {
	w, a := restarted(t)
	w.now = w.now.Add(2 * time.Second)
	b := w.revised(a, 0.01, 20)
	b.Incident.Status, b.Incident.Resolution = event.IncidentResolved, event.ResolvedSilent
	w.submit(b)
	w.silence(40)
	w.judged(a, ReasonSilence)
}

// A state tells of changes only: it is not asked to repeat itself.
func TestStateSymptomHoldsWithoutRepeating(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Incident.Symptoms[0].Signal = event.SignalState
	w.submit(a)
	w.executed()
	w.seconds(1, a, 0, 20)
	w.silence(3)
	w.ended(a, event.StateSucceeded, ReasonProven, false)
}

func TestIncidentWithoutSymptomsIsNeverProven(t *testing.T) {
	var r Record
	reason, _ := proven(&r, &fleet{})
	assert.Equal(t, ReasonSilence, reason)
}

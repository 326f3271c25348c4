package healing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// A first ranking that no policy matches, since it is not sure, must not decide
// over the incident for good.
func TestUnsureFirstRankingDoesNotPreventAHealing(t *testing.T) {
	w := newWorld(t)
	sure := w.action("i1", "payment-2")
	unsure := *sure
	unsure.Policy, unsure.Mode, unsure.Steps = Unmatched, event.ModeDryRun, nil
	w.submit(&unsure)
	assert.Equal(t, ReasonUnmatched, w.record(sure).Reason)
	w.wait(time.Second)
	w.submit(w.revised(sure, 0.5, 20))
	assert.Equal(t, event.StateExecuting, w.record(sure).State)
}

func TestWhatNoPolicyMatchesIsPagedInTime(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Policy, a.Mode, a.Steps = Unmatched, event.ModeDryRun, nil
	w.submit(a)
	w.wait(unmatchedPatience)
	assert.Equal(t, event.StateEscalated, w.record(a).State)
	assert.True(t, w.said[len(w.said)-1].Page)
}

func TestCauseThatReadsDifferentlyWhileItHealsWithdrawsNothing(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	w.submit(a)
	w.executed()
	w.now = w.now.Add(time.Second)
	b := w.revised(a, 0.5, 20)
	b.Policy, b.Mode, b.Steps = Unmatched, event.ModeDryRun, nil
	w.submit(b)
	r := w.record(a)
	assert.Equal(t, event.ModeAct, r.Action.Mode)
	assert.Len(t, r.Action.Steps, 1)
}

func TestWhatIsOverBeforeItIsUnderstoodPagesNobody(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Policy, a.Mode, a.Steps = Unmatched, event.ModeDryRun, nil
	w.submit(a)
	w.now = w.now.Add(time.Second)
	b := w.revised(a, 0, 20)
	b.Incident.Status, b.Incident.Resolution = event.IncidentResolved, event.ResolvedRecovered
	w.submit(b)
	assert.Equal(t, event.StateSuperseded, w.record(a).State)
	assert.False(t, w.said[len(w.said)-1].Page)
}

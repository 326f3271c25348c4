package healing

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

const manyServices = 1000

// newFleet is a world of a thousand services with two instances each.
func newFleet(t *testing.T) *world {
	w := newWorld(t)
	w.env.Units = nil
	for k := range manyServices {
		for _, n := range []string{"-1", "-2"} {
			w.env.Units = append(w.env.Units, Unit{
				Target: target(fmt.Sprintf("s%d%s", k, n), "1@1"), Status: event.AgentHealthy, Started: t0.Add(-time.Hour),
				Release: "v1", Executor: "process_executor",
			})
		}
	}
	return w
}

// A thousand services fail at once, each with evidence enough to be acted on.
// Whatever can be done before the sixth asks is done, and then nothing, however
// long they go on; people are called.
func TestThousandServicesAtOnce(t *testing.T) {
	w := newFleet(t)
	limits := NewDefaultLimits()
	var all []*event.Action
	for k := range manyServices {
		a := w.action(fmt.Sprint("i", k), fmt.Sprintf("s%d-1", k))
		all = append(all, a)
		w.submit(a) // each is looked at before the next comes
	}
	touched := len(w.orders)
	assert.Positive(t, touched, "the first cannot know of the others")
	assert.LessOrEqual(t, touched, min(limits.Storm, limits.Concurrent))
	paged := 0
	for _, o := range w.said {
		if o.Page && o.Reason == string(ReasonStorm) {
			paged++
			require.NoError(t, o.Validate())
		}
	}
	assert.Positive(t, paged, "people are called")

	for range 3 { // and they go on
		w.now = w.now.Add(15 * time.Second)
		for _, a := range all[:50] {
			b := *a
			w.submit(w.revised(&b, 0.5, 20))
		}
	}
	assert.Len(t, w.orders, touched)
}

// As many, but one after the other, so that it never is a storm: the budget
// bounds them.
func TestThousandServicesInARow(t *testing.T) {
	w := newFleet(t)
	limits := NewDefaultLimits()
	var at []time.Time
	for k := range manyServices {
		before := len(w.orders)
		w.asks(fmt.Sprint("i", k), fmt.Sprintf("s%d-1", k))
		if len(w.orders) > before {
			at = append(at, w.now)
			w.executed()
		}
		w.wait(115 * time.Second)
	}
	assert.Greater(t, len(at), limits.Budget, "healing goes on")
	for k := limits.Budget; k < len(at); k++ {
		assert.GreaterOrEqual(t, at[k].Sub(at[k-limits.Budget]), limits.BudgetWindow, "at most %d within %s", limits.Budget, limits.BudgetWindow)
	}
}

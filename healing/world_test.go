package healing

import (
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// unit is the named instance's entry in the inventory, to be changed.
func (w *world) unit(instance string) *Unit {
	for i := range w.env.Units {
		if w.env.Units[i].Target.Entity.Instance == instance {
			return &w.env.Units[i]
		}
	}
	w.t.Fatalf("no unit %s", instance)
	return nil
}

// reborn starts another life of the instance, by somebody else, now.
func (w *world) reborn(instance, incarnation string) {
	u := w.unit(instance)
	u.Target.Incarnation, u.Started, u.Status = event.Incarnation(incarnation), w.now, event.AgentHealthy
}

// answered gives the newest order the executor's answer, a second later.
func (w *world) answered(res Result) {
	o := w.orders[len(w.orders)-1].Order
	w.now = w.now.Add(time.Second)
	if res.At.IsZero() {
		res.At = w.now
	}
	w.do(w.h.Done(o.ActionID, o.Key, res, w.now))
}

// seconds passes n seconds; each brings a revision that reads as given.
func (w *world) seconds(n int, a *event.Action, observed, demand float64) {
	for range n {
		w.now = w.now.Add(time.Second)
		w.submit(w.revised(a, observed, demand))
	}
}

// silence passes n seconds without news.
func (w *world) silence(n int) {
	for range n {
		w.wait(time.Second)
	}
}

// last is the newest outcome.
func (w *world) last() event.Outcome {
	if len(w.said) == 0 {
		w.t.Fatal("nothing was said")
	}
	return w.said[len(w.said)-1]
}

// isStopped asserts that nothing was ordered and that the action stands so.
func (w *world) isStopped(a *event.Action, s event.State, reason Reason) {
	w.t.Helper()
	r := w.record(a)
	assert.Empty(w.t, w.orders)
	assert.Equal(w.t, s, r.State, r.Say())
	assert.Equal(w.t, reason, r.Reason, r.Say())
}

// ended asserts the end that was said last.
func (w *world) ended(a *event.Action, s event.State, reason Reason, page bool) {
	w.t.Helper()
	r := w.record(a)
	assert.Equal(w.t, s, r.State, r.Say())
	assert.Equal(w.t, reason, r.Reason, r.Say())
	o := w.last()
	assert.Equal(w.t, s, o.State)
	assert.Equal(w.t, string(reason), o.Reason)
	assert.Equal(w.t, page, o.Page, o.Text)
	assert.NoError(w.t, o.Validate())
}

// why is how the action stands, in words.
func (w *world) why(a *event.Action) string {
	r := w.record(a)
	return r.Say()
}

// step is one of the given verb with the usual times.
func step(verb string) event.Step {
	return event.Step{
		Verb: verb, Executor: "process_executor", Timeout: event.Duration(10 * time.Second),
		VerifyWithin: event.Duration(30 * time.Second), Hold: event.Duration(3 * time.Second),
	}
}

func inferred(sig event.Signal, e event.Entity, trace string) event.Evidence {
	return event.Evidence{Class: event.Inferred, Signal: sig, Entity: e, Text: "strange", TraceID: trace, At: t0}
}

package healing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestOneBreachNeverActs(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Incident.Evidence = []event.Evidence{inferred(event.SignalMetric, a.Target.Entity, "")}
	w.submit(a)
	w.seconds(30, a, 0.5, 20)
	w.isStopped(a, event.StateRequested, ReasonUncorroborated)
}

func TestCorroboration(t *testing.T) {
	me := target("payment-2", "").Entity
	sibling, caller := target("payment-1", "").Entity, target("cart-1", "").Entity
	seen := func(e event.Entity) event.Evidence {
		return event.Evidence{Class: event.Seen, Signal: event.SignalState, Entity: e}
	}
	told := event.Evidence{Class: event.Told, Signal: event.SignalAlert, Entity: me.OfService()}
	metric, span, log := event.SignalMetric, event.SignalTrace, event.SignalLog
	for _, c := range []struct {
		name     string
		evidence []event.Evidence
		learning bool
		want     Reason
	}{
		{name: "nothing", want: ReasonUncorroborated},
		{name: "seen", evidence: []event.Evidence{seen(me)}},
		{name: "told of the service", evidence: []event.Evidence{told}},
		{name: "told while learning", evidence: []event.Evidence{told}, learning: true},
		{name: "seen at a caller", evidence: []event.Evidence{seen(caller)}, want: ReasonUncorroborated},
		{name: "seen at a sibling", evidence: []event.Evidence{seen(sibling)}, want: ReasonUncorroborated},
		{name: "metric and span", evidence: []event.Evidence{inferred(metric, me, ""), inferred(span, me, "t1")}},
		{name: "metric and log", evidence: []event.Evidence{inferred(metric, me, ""), inferred(log, me, "t1")}},
		{name: "two metrics", evidence: []event.Evidence{inferred(metric, me, ""), inferred(metric, me, "")}, want: ReasonUncorroborated},
		{name: "span and log of one trace", evidence: []event.Evidence{inferred(span, me, "t1"), inferred(log, me, "t1")}, want: ReasonUncorroborated},
		{name: "span and log of two traces", evidence: []event.Evidence{inferred(span, me, "t1"), inferred(log, me, "t2")}},
		{name: "span and log without a trace", evidence: []event.Evidence{inferred(span, me, "t1"), inferred(log, me, "")}},
		{name: "two while learning", evidence: []event.Evidence{inferred(metric, me, ""), inferred(span, me, "t1")}, learning: true, want: ReasonLearning},
		{name: "one here, one at a caller", evidence: []event.Evidence{inferred(metric, me, ""), inferred(span, caller, "t1")}, want: ReasonUncorroborated},
		{name: "one here, one at a sibling", evidence: []event.Evidence{inferred(metric, me, ""), inferred(span, sibling, "t1")}, want: ReasonUncorroborated},
		{name: "one of the service, one here", evidence: []event.Evidence{inferred(metric, me.OfService(), ""), inferred(span, me, "t1")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			reason, ok := corroborated(&event.Incident{Evidence: c.evidence, Learning: c.learning}, target("payment-2", "1@1"))
			assert.Equal(t, c.want, reason)
			assert.Equal(t, c.want == "", ok)
		})
	}
}

// Evidence about any instance is evidence about the service as a whole.
func TestInstancesSpeakForTheirService(t *testing.T) {
	e := event.Evidence{Class: event.Seen, Signal: event.SignalState, Entity: target("payment-1", "").Entity}
	_, ok := corroborated(&event.Incident{Evidence: []event.Evidence{e}}, event.Target{Entity: e.Entity.OfService()})
	assert.True(t, ok)
}

func TestGuessIsNotActedOn(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Incident.Settled = false
	w.submit(a)
	w.isStopped(a, event.StateRequested, ReasonUnsettled)
	b := w.revised(a, 0.5, 20)
	b.Incident.Settled = true
	w.submit(b)
	assert.Len(t, w.orders, 1)
}

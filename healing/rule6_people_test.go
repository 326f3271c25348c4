package healing

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestManualStopEndsTheVerification(t *testing.T) {
	w, a := restarted(t)
	w.seconds(2, a, 0.01, 20)
	u := w.unit("payment-2")
	u.Status, u.Since = event.AgentStopped, w.now
	w.wait(time.Second)
	w.ended(a, event.StateSuperseded, ReasonPerson, false)
	assert.Len(t, w.orders, 1)
}

// The stop that is a part of our own restart, in an inventory from before its end.
func TestOurOwnStopIsNoManualOne(t *testing.T) {
	w, a := restarted(t)
	u := w.unit("payment-2")
	u.Status, u.Since = event.AgentStopped, w.record(a).Effect.Add(-time.Second)
	w.wait(0)
	assert.Equal(t, event.StateVerifying, w.record(a).State)
}

func TestManualRestartEndsTheLadder(t *testing.T) {
	w, a := restarted(t)
	w.now = w.now.Add(time.Second)
	w.reborn("payment-2", "9@9")
	w.seconds(40, a, 0.9, 20)
	w.ended(a, event.StateEscalated, ReasonNotRecovered, true)
	assert.Len(t, w.orders, 1, "the roll-back is left to whoever started it")
}

func TestManualRestartThatHelpsIsSuperseded(t *testing.T) {
	w, a := restarted(t)
	w.now = w.now.Add(time.Second)
	w.reborn("payment-2", "9@9")
	w.seconds(6, a, 0.01, 20)
	w.ended(a, event.StateSuperseded, ReasonOtherLife, false)
}

// A second new life while the first one is watched: its proof begins anew.
func TestEachNewLifeIsWatchedFromItsStart(t *testing.T) {
	w, a := restarted(t)
	w.now = w.now.Add(time.Second)
	w.reborn("payment-2", "9@9")
	w.seconds(3, a, 0.01, 20)
	w.now = w.now.Add(time.Second)
	w.reborn("payment-2", "10@10")
	w.submit(w.revised(a, 0.01, 20)) // its window began before
	assert.Equal(t, ReasonSilence, w.record(a).Reason)
	assert.Equal(t, event.Incarnation("10@10"), w.record(a).Now.Incarnation)
}

func TestOptOutOfOneInstanceStopsTheService(t *testing.T) {
	w := newWorld(t)
	w.unit("payment-2").OptOut = true
	a := w.action("i1", "payment-2")
	a.Target = event.Target{Entity: a.Target.Entity.OfService(), Incarnation: event.ReleaseIncarnation("v1")}
	w.submit(a)
	w.isStopped(a, event.StateRefused, ReasonOptOut)
}

func TestStoppedServiceIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Target = event.Target{Entity: a.Target.Entity.OfService(), Incarnation: event.ReleaseIncarnation("v1")}
	w.unit("payment-1").Status, w.unit("payment-2").Status = event.AgentStopped, event.AgentStopped
	w.submit(a)
	w.isStopped(a, event.StateSuperseded, ReasonPerson)

	w = newWorld(t)
	w.unit("payment-1").Status = event.AgentStopped
	w.submit(a)
	assert.Len(t, w.orders, 1, "the others are still there to be rolled back")
}

// A crash loop of one release is what a roll-back is for.
func TestRollBackDoesNotWaitForTheSupervisor(t *testing.T) {
	w := newWorld(t)
	for _, i := range []string{"payment-1", "payment-2"} {
		u := w.unit(i)
		u.SelfHealed, u.Status = true, event.AgentExited
	}
	a := w.action("i1", "payment-2")
	a.Target = event.Target{Entity: a.Target.Entity.OfService(), Incarnation: event.ReleaseIncarnation("v1")}
	w.submit(a)
	assert.Len(t, w.orders, 1)
}

func TestSilences(t *testing.T) {
	is := func(name, value string) Matcher {
		return Matcher{Name: name, Value: regexp.MustCompile("^(?:" + value + ")$")}
	}
	not := func(name, value string) Matcher { m := is(name, value); m.Negative = true; return m }
	e := event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-2", Host: "h1"}
	for _, c := range []struct {
		name     string
		matchers []Matcher
		want     bool
	}{
		{"none", nil, false},
		{"service", []Matcher{is("service", "payment")}, true},
		{"service_name", []Matcher{is("service_name", "pay.*")}, true},
		{"job", []Matcher{is("job", "payment")}, true},
		{"anchored", []Matcher{is("service", "pay")}, false},
		{"instance and host", []Matcher{is("instance", "payment-2"), is("host", "h1")}, true},
		{"one does not agree", []Matcher{is("service", "payment"), is("host_name", "h2")}, false},
		{"namespace", []Matcher{is("service_namespace", "shop")}, true},
		{"alert name alone", []Matcher{is("alertname", "Slow")}, false},
		{"alert name beside", []Matcher{is("service", "payment"), is("alertname", "Slow")}, true},
		{"negative alone", []Matcher{not("service", "cart")}, false},
		{"negative agrees", []Matcher{is("namespace", "shop"), not("service", "cart")}, true},
		{"negative disagrees", []Matcher{is("namespace", "shop"), not("service", "payment")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Silence{Matchers: c.matchers}
			assert.Equal(t, c.want, s.Matches(e))
		})
	}
}

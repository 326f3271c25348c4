package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/shopsim"
)

func TestSameInputGivesSameOutput(t *testing.T) {
	run := func() []event.Incident {
		s := newSim(t, Settings{EmitInterval: time.Second})
		s.Programs["payment"][0].Slower = 0
		s.Run(40 * time.Second)
		s.Find("payment-2").Hung = true
		s.Run(5 * time.Second)
		return s.emitted
	}
	// The simulated services are kept in a map, but nothing walks it: the same
	// requests come in the same order.
	assert.Equal(t, run(), run())
}

func TestRevisionsGrowAndIntervalHolds(t *testing.T) {
	s := newSim(t, Settings{})
	s.Run(40 * time.Second)
	s.Find("payment-2").Hung = true
	s.Run(40 * time.Second)
	require.NotEmpty(t, s.ids())
	for k, i := range s.emitted {
		assert.Equal(t, uint64(k+1), i.Revision)
	}
	assert.LessOrEqual(t, len(s.emitted), 12, "every ten seconds, and when something changes")
	assert.GreaterOrEqual(t, len(s.emitted), 4)
}

func TestSilenceIsNoRecovery(t *testing.T) {
	s := newSim(t, Settings{})
	s.Run(40 * time.Second)
	s.Find("payment-2").Hung = true
	s.Run(8 * time.Second)
	require.NotEmpty(t, s.ids())
	s.Rate = 0
	s.Run(90 * time.Second)
	assert.Equal(t, event.ResolvedSilent, s.last().Resolution)
}

func TestUnrelatedFaultsAreTwoIncidents(t *testing.T) {
	s := newSim(t, Settings{})
	other := &simProgram{Entity: event.Entity{Namespace: "bakery", Service: "oven", Instance: "oven-1"}, PID: 1, Release: "v1"}
	s.Programs["oven"] = []*simProgram{other}
	s.Run(40 * time.Second)
	for _, p := range []*simProgram{s.Find("payment-2"), other} {
		p.Down = true
		s.State(p, event.AgentExited, "exit status 2")
	}
	s.Run(5 * time.Second)
	assert.Len(t, s.ids(), 2)
}

func TestLateSpansOfAWokenProcessReopenNothing(t *testing.T) {
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Run(40 * time.Second)
	p := s.Find("payment-2")
	p.Hung = true
	began := s.Now
	s.Run(5 * time.Second)
	s.Restart(p)
	s.Run(30 * time.Second)
	require.Equal(t, event.ResolvedRecovered, s.last().Resolution)
	n := len(s.emitted)
	for k := range 100 {
		s.Trace++
		s.Export(p, shopsim.Span{
			TraceID: [16]byte{9, byte(k)}, SpanID: s.ID(), Kind: shopsim.KindServer, Name: "POST /payment",
			Start: began.Add(time.Duration(k) * 50 * time.Millisecond), End: s.Now, Failure: shopsim.FailureCancelled,
		})
	}
	s.Run(20 * time.Second)
	assert.Len(t, s.emitted, n)
	assert.Positive(t, s.e.Stats().DroppedRemnant)
}

func TestWhileLearningOnlyWhatWasSeenOpens(t *testing.T) {
	s := newSim(t, Settings{})
	s.Find("cart-1").Failing = 0.5
	s.Run(5 * time.Second)
	assert.Empty(t, s.ids(), "nothing to compare with")
	p := s.Find("payment-2")
	p.Down = true
	s.State(p, event.AgentExited, "exit status 2")
	s.Run(3 * time.Second)
	require.NotEmpty(t, s.ids())
	assert.True(t, s.last().Learning)
	assert.Equal(t, event.KindCrash, s.last().Cause.Kind)
}

func TestAlertOpensAndIsToldOnce(t *testing.T) {
	s := newSim(t, Settings{})
	s.Run(40 * time.Second)
	a := event.Alert{
		Fingerprint: "f", Name: "CartBroken", Status: event.AlertFiring, StartsAt: s.Now,
		Entity: event.Entity{Namespace: "shop", Service: "cart", Instance: "cart-1"},
	}
	s.e.AddAlert(a, s.Now)
	s.Run(3 * time.Second)
	require.Len(t, s.ids(), 1)
	assert.Equal(t, "cart-1", s.last().Cause.Target.Entity.Instance)
	assert.Equal(t, event.Told, s.last().Evidence[0].Class)
	a.Status, a.EndsAt = event.AlertResolved, s.Now
	s.e.AddAlert(a, s.Now)
	s.Run(20 * time.Second)
	assert.Equal(t, event.IncidentResolved, s.last().Status)
	assert.Len(t, s.ids(), 1)
}

func TestDrainTellsWhatIsOpen(t *testing.T) {
	s := newSim(t, Settings{Settle: 3 * time.Second})
	p := s.Find("payment-2")
	s.State(p, event.AgentExited, "exit status 2")
	s.Run(time.Second)
	require.Empty(t, s.ids())
	out := s.e.Drain(s.Now)
	require.Len(t, out, 1)
	assert.False(t, out[0].Settled)
	require.NoError(t, out[0].Validate())
}

// An alert that blames nobody, such as one about the monitoring itself, opens
// nothing and is no evidence, whatever else it says.
func TestIgnoredAlertOpensNothing(t *testing.T) {
	s := newSim(t, Settings{})
	s.Run(60 * time.Second)
	s.e.AddAlert(event.Alert{
		Fingerprint: "f", Name: "DatasourceNoData", Status: event.AlertFiring, StartsAt: s.Now, Ignored: event.IgnoredMonitoring,
		Entity: event.Entity{Namespace: "shop", Service: "payment"},
	}, s.Now)
	s.Run(20 * time.Second)
	assert.Empty(t, s.ids())
	assert.Equal(t, uint64(1), s.e.Stats().Alerts)
}

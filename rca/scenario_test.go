package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// Each fault begins after a minute of healthy traffic.
var faults = []struct {
	name   string
	inject func(s *sim)
	within time.Duration // of the first settled incident
	kind   event.Kind
	cause  string
}{
	{
		name: "hang of one of two, told by traces alone",
		inject: func(s *sim) {
			s.Find("payment-2").Hung = true
			s.Run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "payment-2",
	},
	{
		name: "hang with a probe that fails",
		inject: func(s *sim) {
			p := s.Find("payment-2")
			p.Hung = true
			s.Run(2500 * time.Millisecond)
			s.State(p, event.AgentUnhealthy, "probe: timeout after 1s")
			s.Run(4 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "payment-2",
	},
	{
		name: "hang of the only cart",
		inject: func(s *sim) {
			s.Find("cart-1").Hung = true
			s.Run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "cart-1",
	},
	{
		name: "hang of the frontend, seen by the load generator",
		inject: func(s *sim) {
			s.Find("frontend-1").Hung = true
			s.Run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "frontend-1",
	},
	{
		name: "crash",
		inject: func(s *sim) {
			p := s.Find("checkout-1")
			p.Down = true
			s.State(p, event.AgentExited, "exit status 2")
			s.Run(5 * time.Second)
		},
		within: 2 * time.Second, kind: event.KindCrash, cause: "checkout-1",
	},
	{
		name: "crash that no supervisor tells of",
		inject: func(s *sim) {
			s.Find("inventory-1").Down = true
			s.Run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindCrash, cause: "inventory-1",
	},
	{
		name: "slow",
		inject: func(s *sim) {
			s.Find("payment-1").Slower = 300 * time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "payment-1",
	},
	{
		name: "slower than the callers wait",
		inject: func(s *sim) {
			s.Find("inventory-1").Slower = 1500 * time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "inventory-1",
	},
	{
		name: "half of the answers too late",
		inject: func(s *sim) {
			p := s.Find("payment-2")
			p.Slower, p.Spread = 700*time.Millisecond, 600*time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "payment-2",
	},
	{
		name: "slow frontend",
		inject: func(s *sim) {
			s.Find("frontend-1").Slower = 300 * time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "frontend-1",
	},
	{
		name: "errors with an exception",
		inject: func(s *sim) {
			s.Find("catalogue-1").Failing = 0.5
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindErrors, cause: "catalogue-1",
	},
	{
		name: "errors of one of two",
		inject: func(s *sim) {
			s.Find("checkout-2").Failing = 0.6
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindErrors, cause: "checkout-2",
	},
	{
		name: "processor",
		inject: func(s *sim) {
			p := s.Find("payment-2")
			p.Slower = 200 * time.Millisecond
			s.Run(1500 * time.Millisecond)
			s.anomaly(p, "process.cpu.utilization", 0.98, 0.05, 30)
			s.anomaly(p, "process.memory.usage", 21e6, 20e6, 3.5)
			s.Run(5 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindCPU, cause: "payment-2",
	},
	{
		name: "memory",
		inject: func(s *sim) {
			p := s.Find("cart-1")
			s.anomaly(p, "process.memory.usage", 80e6, 20e6, 12)
			s.anomaly(p, "process.cpu.utilization", 0.2, 0.05, 4)
			s.Run(5 * time.Second)
			p.Slower = 120 * time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 10 * time.Second, kind: event.KindMemory, cause: "cart-1",
	},
	{
		name: "bad release",
		inject: func(s *sim) {
			s.e.AddChange(event.Change{
				Entity: event.Entity{Namespace: "shop", Service: "payment"}, Kind: event.ChangeRelease,
				From: "v1", To: "v2", By: "ci", At: s.Now,
			}, s.Now)
			for _, p := range s.Programs["payment"] {
				p.Release = "v2"
				s.Restart(p)
				p.Failing = 0.5
				s.Run(time.Second)
			}
			s.Run(6 * time.Second)
		},
		within: 6 * time.Second, kind: event.KindBadRelease, cause: "shop/payment",
	},
	{
		name: "network to a service",
		inject: func(s *sim) {
			s.Gap["payment"] = 150 * time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindNetwork, cause: "shop/payment",
	},
	{
		name: "slow database",
		inject: func(s *sim) {
			s.DBSlower = 300 * time.Millisecond
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindDependency, cause: "postgresql@db.example:443",
	},
	{
		name: "bad configuration",
		inject: func(s *sim) {
			s.e.AddChange(event.Change{
				Entity: event.Entity{Namespace: "shop", Service: "payment"}, Kind: event.ChangeConfig,
				From: "41", To: "42", By: "ci", At: s.Now,
			}, s.Now)
			for _, p := range s.Programs["payment"] {
				p.Failing = 0.5
			}
			s.Run(6 * time.Second)
		},
		within: 6 * time.Second, kind: event.KindBadConfig, cause: "shop/payment",
	},
	{
		name: "noisy neighbour",
		inject: func(s *sim) {
			for _, name := range []string{"cart", "payment", "inventory"} {
				for _, p := range s.Programs[name] {
					p.Slower = 100 * time.Millisecond
				}
			}
			s.Run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindNeighbour,
	},
	{
		name: "dependency",
		inject: func(s *sim) {
			s.BankDown = true
			s.Run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindDependency, cause: "bank.example:443",
	},
	{
		name: "overload",
		inject: func(s *sim) {
			s.Rate *= 5
			for _, list := range s.Programs {
				for _, p := range list {
					p.Slower = 60 * time.Millisecond
				}
			}
			s.Find("inventory-1").Slower = 400 * time.Millisecond
			s.Run(3 * time.Second)
			s.State(s.Find("inventory-1"), event.AgentUnhealthy, "probe: timeout after 1s")
			s.Run(4 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindOverload, cause: "shop/frontend",
	},
	{
		name: "lost agent",
		inject: func(s *sim) {
			s.e.AddState(event.AgentState{
				Entity:      event.Entity{Service: "node-collector", Instance: "node-collector-1"},
				Incarnation: "77@boot", Status: event.AgentExited, Reason: "signal: killed", Since: s.Now, At: s.Now, Agent: true,
			}, s.Now)
			for name := range s.Programs {
				s.Mute[name] = true
			}
			s.Run(5 * time.Second)
		},
		within: 2 * time.Second, kind: event.KindLostAgent, cause: "node-collector-1",
	},
}

func TestFaults(t *testing.T) {
	for _, f := range faults {
		for _, driver := range []bool{false, true} {
			name := f.name
			if driver {
				name += ", with a load generator that traces"
			} else if f.cause == "frontend-1" && f.kind == event.KindHang {
				continue // then nobody sees it but a probe
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newSim(t, Settings{EmitInterval: time.Second})
				s.Driver = driver
				s.Noise = 0.05
				s.Run(time.Minute)
				require.Empty(t, s.ids(), "healthy traffic with the errors of every day")
				begin := s.Now
				f.inject(s)
				require.NotEmpty(t, s.ids(), "no incident")
				assert.Len(t, s.ids(), 1, "one fault, one incident")
				first, last := s.emitted[0], s.last()
				assert.LessOrEqual(t, first.UpdatedAt.Sub(begin), f.within)
				assert.True(t, first.Settled)
				t.Logf("after %s: %s (%.2f)", first.UpdatedAt.Sub(begin), first.Summary, first.Confidence)
				t.Logf("at last: %s (%.2f) chain %v", last.Summary, last.Confidence, last.Chain)
				for _, x := range last.Evidence {
					t.Logf("  %s/%s %s: %s", x.Class, x.Signal, x.Entity, x.Text)
				}
				for _, c := range append([]event.Cause{last.Cause}, last.RunnersUp...) {
					t.Logf("  %.2f %s %s: %s", c.Score, c.Kind, c.Target, c.Why)
				}
				assert.Equal(t, f.kind, last.Cause.Kind)
				if f.cause == "" { // no service of its own
					return
				}
				assert.Equal(t, f.cause, last.Cause.Target.Entity.String())
				assert.Equal(t, f.cause, first.Cause.Target.Entity.String())
				assert.GreaterOrEqual(t, last.Confidence, 0.6)
				assert.False(t, last.Learning)
				if f.kind == event.KindDependency {
					assert.Empty(t, last.Cause.Target.Incarnation)
				} else {
					assert.NotEmpty(t, last.Cause.Target.Incarnation)
				}
			})
		}
	}
}

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
			s.program("payment-2").hung = true
			s.run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "payment-2",
	},
	{
		name: "hang with a probe that fails",
		inject: func(s *sim) {
			p := s.program("payment-2")
			p.hung = true
			s.run(2500 * time.Millisecond)
			s.state(p, event.AgentUnhealthy, "probe: timeout after 1s")
			s.run(4 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "payment-2",
	},
	{
		name: "hang of the only cart",
		inject: func(s *sim) {
			s.program("cart-1").hung = true
			s.run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "cart-1",
	},
	{
		name: "hang of the frontend, seen by the load generator",
		inject: func(s *sim) {
			s.program("frontend-1").hung = true
			s.run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindHang, cause: "frontend-1",
	},
	{
		name: "crash",
		inject: func(s *sim) {
			p := s.program("checkout-1")
			p.down = true
			s.state(p, event.AgentExited, "exit status 2")
			s.run(5 * time.Second)
		},
		within: 2 * time.Second, kind: event.KindCrash, cause: "checkout-1",
	},
	{
		name: "crash that no supervisor tells of",
		inject: func(s *sim) {
			s.program("inventory-1").down = true
			s.run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindCrash, cause: "inventory-1",
	},
	{
		name: "slow",
		inject: func(s *sim) {
			s.program("payment-1").slower = 300 * time.Millisecond
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "payment-1",
	},
	{
		name: "slower than the callers wait",
		inject: func(s *sim) {
			s.program("inventory-1").slower = 1500 * time.Millisecond
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "inventory-1",
	},
	{
		name: "half of the answers too late",
		inject: func(s *sim) {
			p := s.program("payment-2")
			p.slower, p.spread = 700*time.Millisecond, 600*time.Millisecond
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "payment-2",
	},
	{
		name: "slow frontend",
		inject: func(s *sim) {
			s.program("frontend-1").slower = 300 * time.Millisecond
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindSlow, cause: "frontend-1",
	},
	{
		name: "errors with an exception",
		inject: func(s *sim) {
			s.program("catalogue-1").failing = 0.5
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindErrors, cause: "catalogue-1",
	},
	{
		name: "errors of one of two",
		inject: func(s *sim) {
			s.program("checkout-2").failing = 0.6
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindErrors, cause: "checkout-2",
	},
	{
		name: "processor",
		inject: func(s *sim) {
			p := s.program("payment-2")
			p.slower = 200 * time.Millisecond
			s.run(1500 * time.Millisecond)
			s.anomaly(p, "process.cpu.utilization", 0.98, 0.05, 30)
			s.anomaly(p, "process.memory.usage", 21e6, 20e6, 3.5)
			s.run(5 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindCPU, cause: "payment-2",
	},
	{
		name: "memory",
		inject: func(s *sim) {
			p := s.program("cart-1")
			s.anomaly(p, "process.memory.usage", 80e6, 20e6, 12)
			s.anomaly(p, "process.cpu.utilization", 0.2, 0.05, 4)
			s.run(5 * time.Second)
			p.slower = 120 * time.Millisecond
			s.run(6 * time.Second)
		},
		within: 10 * time.Second, kind: event.KindMemory, cause: "cart-1",
	},
	{
		name: "bad release",
		inject: func(s *sim) {
			s.e.AddChange(event.Change{
				Entity: event.Entity{Namespace: "shop", Service: "payment"}, Kind: event.ChangeRelease,
				From: "v1", To: "v2", By: "ci", At: s.now,
			}, s.now)
			for _, p := range s.programs["payment"] {
				p.release = "v2"
				s.restart(p)
				p.failing = 0.5
				s.run(time.Second)
			}
			s.run(6 * time.Second)
		},
		within: 6 * time.Second, kind: event.KindBadRelease, cause: "shop/payment",
	},
	{
		name: "network to a service",
		inject: func(s *sim) {
			s.gap["payment"] = 150 * time.Millisecond
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindNetwork, cause: "shop/payment",
	},
	{
		name: "slow database",
		inject: func(s *sim) {
			s.dbSlower = 300 * time.Millisecond
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindDependency, cause: "postgresql@db.example:443",
	},
	{
		name: "bad configuration",
		inject: func(s *sim) {
			s.e.AddChange(event.Change{
				Entity: event.Entity{Namespace: "shop", Service: "payment"}, Kind: event.ChangeConfig,
				From: "41", To: "42", By: "ci", At: s.now,
			}, s.now)
			for _, p := range s.programs["payment"] {
				p.failing = 0.5
			}
			s.run(6 * time.Second)
		},
		within: 6 * time.Second, kind: event.KindBadConfig, cause: "shop/payment",
	},
	{
		name: "noisy neighbour",
		inject: func(s *sim) {
			for _, name := range []string{"cart", "payment", "inventory"} {
				for _, p := range s.programs[name] {
					p.slower = 100 * time.Millisecond
				}
			}
			s.run(6 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindNeighbour,
	},
	{
		name: "dependency",
		inject: func(s *sim) {
			s.bankDown = true
			s.run(6 * time.Second)
		},
		within: 4 * time.Second, kind: event.KindDependency, cause: "bank.example:443",
	},
	{
		name: "overload",
		inject: func(s *sim) {
			s.rate *= 5
			for _, list := range s.programs {
				for _, p := range list {
					p.slower = 60 * time.Millisecond
				}
			}
			s.program("inventory-1").slower = 400 * time.Millisecond
			s.run(3 * time.Second)
			s.state(s.program("inventory-1"), event.AgentUnhealthy, "probe: timeout after 1s")
			s.run(4 * time.Second)
		},
		within: 5 * time.Second, kind: event.KindOverload, cause: "shop/frontend",
	},
	{
		name: "lost agent",
		inject: func(s *sim) {
			s.e.AddState(event.AgentState{
				Entity:      event.Entity{Service: "node-collector", Instance: "node-collector-1"},
				Incarnation: "77@boot", Status: event.AgentExited, Reason: "signal: killed", Since: s.now, At: s.now, Agent: true,
			}, s.now)
			for name := range s.programs {
				s.mute[name] = true
			}
			s.run(5 * time.Second)
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
				s.driver = driver
				s.noise = 0.05
				s.run(time.Minute)
				require.Empty(t, s.ids(), "healthy traffic with the errors of every day")
				begin := s.now
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

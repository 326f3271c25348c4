package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// What must open no incident, each after a minute of healthy traffic.
var benign = []struct {
	name string
	do   func(s *sim)
}{
	{"three times the load", func(s *sim) {
		s.Rate *= 3
		s.Run(30 * time.Second)
	}},
	{"load stopped and started", func(s *sim) {
		s.Rate = 0
		s.Run(30 * time.Second)
		s.Rate = 30
		s.Run(30 * time.Second)
	}},
	{"a rolling release that is well", func(s *sim) {
		s.e.AddChange(event.Change{
			Entity: event.Entity{Namespace: "shop", Service: "payment"}, Kind: event.ChangeRelease, From: "v1", To: "v2", At: s.Now,
		}, s.Now)
		for _, p := range s.Programs["payment"] {
			s.planned(p, event.AgentExited)
			p.Down = true
			s.Run(700 * time.Millisecond)
			p.Release = "v2"
			s.Restart(p)
			s.Run(5 * time.Second)
		}
		s.Run(20 * time.Second)
	}},
	{"a blip of two seconds", func(s *sim) {
		p := s.Find("payment-2")
		p.Down = true
		s.Run(1900 * time.Millisecond)
		p.Down = false
		s.Run(20 * time.Second)
	}},
	{"an instance stopped on purpose, its load taken by the other", func(s *sim) {
		s.State(s.Find("payment-2"), event.AgentStopped, "by a person")
		s.Programs["payment"] = s.Programs["payment"][:1]
		s.Run(30 * time.Second)
	}},
	{"all instances replaced by others", func(s *sim) {
		for _, name := range []string{"cart", "payment", "checkout"} {
			for _, p := range s.Programs[name] {
				s.State(p, event.AgentStopped, "replaced")
				p.Entity.Instance += "-next"
				s.Restart(p)
				s.Run(3 * time.Second)
			}
		}
		s.Run(20 * time.Second)
	}},
	{"our own silence", func(s *sim) {
		for name := range s.Programs {
			s.Mute[name] = true
		}
		s.Run(40 * time.Second)
		s.Mute = map[string]bool{}
		s.Run(30 * time.Second)
	}},
	{"one service sends nothing, nobody's calls fail", func(s *sim) {
		s.Mute["cart"] = true
		s.Run(30 * time.Second)
	}},
	{"an anomaly without a symptom", func(s *sim) {
		s.anomaly(s.Find("cart-1"), "process.cpu.utilization", 0.9, 0.1, 40)
		s.Run(10 * time.Second)
	}},
	{"latency that grows by what nobody notices", func(s *sim) {
		s.Find("cart-1").Slower = 4 * time.Millisecond
		s.Run(30 * time.Second)
	}},
}

func (s *sim) planned(p *simProgram, status event.AgentStatus) {
	s.Report(event.AgentState{
		Entity: p.Entity, Incarnation: p.Incarnation(), Release: p.Release, Status: status,
		Since: s.Now, At: s.Now, Planned: true,
	})
}

func TestBenign(t *testing.T) {
	for _, b := range benign {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, Settings{})
			s.Noise = 0.05
			s.Run(time.Minute)
			b.do(s)
			for _, i := range s.emitted {
				t.Log(i.Summary)
			}
			assert.Empty(t, s.ids())
		})
	}
}

func TestLongHealthyTrafficOpensNothing(t *testing.T) {
	t.Parallel()
	s := newSim(t, Settings{})
	s.Noise = 0.1
	s.Rate = 10
	s.Run(20 * time.Minute)
	for _, i := range s.emitted {
		t.Log(i.Summary)
	}
	assert.Empty(t, s.ids())
}

// proof is what a healer asks of an incident before it calls a target recovered.
func proof(i event.Incident, effect time.Time) bool {
	for _, s := range i.Symptoms {
		if !s.FreshAt.After(effect) || s.WindowStart.Before(effect) || !s.Band.Contains(s.Observed) || s.Demand < s.DemandBefore/2 {
			return false
		}
	}
	return len(i.Symptoms) > 0
}

func TestRecoveryIsProvenByFreshSamplesOnly(t *testing.T) {
	for _, f := range []struct {
		name  string
		fault func(p *simProgram)
		probe bool
	}{
		{"hang", func(p *simProgram) { p.Hung = true }, true},
		{"hang without a probe", func(p *simProgram) { p.Hung = true }, false},
		{"slow", func(p *simProgram) { p.Slower = 400 * time.Millisecond }, false},
		{"errors", func(p *simProgram) { p.Failing = 0.7 }, false},
		{"crash", func(p *simProgram) { p.Down = true }, false},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, Settings{EmitInterval: time.Second})
			s.Run(time.Minute)
			p := s.Find("payment-2")
			f.fault(p)
			s.Run(2500 * time.Millisecond)
			if f.probe {
				s.State(p, event.AgentUnhealthy, "probe: timeout after 1s")
			}
			s.Run(4 * time.Second)
			old := p.Incarnation()
			require.Equal(t, old, s.last().Cause.Target.Incarnation)
			for _, i := range s.emitted {
				for _, sym := range i.Symptoms {
					assert.False(t, sym.Band.Contains(sym.Observed), "%s is in band during the fault: %v %v", sym.ID, sym.Observed, sym.Band)
				}
			}
			effect := s.Now
			s.Restart(p)
			seen := len(s.emitted)
			s.Run(40 * time.Second)
			proven := time.Time{}
			for _, i := range s.emitted[seen:] {
				if proof(i, effect) && proven.IsZero() {
					proven = i.UpdatedAt
				}
				assert.Equal(t, "payment-2", i.Cause.Target.Entity.Instance, "the ranking stays while it heals")
				assert.Equal(t, old, i.Cause.Target.Incarnation, "who replaced it did nothing wrong")
			}
			require.False(t, proven.IsZero(), "never proven")
			assert.LessOrEqual(t, proven.Sub(effect), 5*time.Second)
			assert.Greater(t, proven.Sub(effect), 500*time.Millisecond)
			assert.Equal(t, event.ResolvedRecovered, s.last().Resolution)
			assert.Len(t, s.ids(), 1)
			t.Logf("proven %s after the effect", proven.Sub(effect))
		})
	}
}

package rca

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/shopsim"
)

// What programs in the wild leave out, and the faults that traces alone still
// show then.
var telemetries = []struct {
	name   string
	spoil  func(s *sim)
	except map[string]bool // what cannot be known any more
}{
	{"exported every five seconds, each program in its own time", func(s *sim) { s.Batch = 5 * time.Second }, nil},
	{"clocks seconds apart", func(s *sim) {
		for name, list := range s.Programs {
			for _, p := range list {
				p.Skew = time.Duration(len(name)-7) * 2 * time.Second
			}
		}
	}, nil},
	{"one request in ten, of thirty a second", func(s *sim) { s.Rate = 3 }, nil},
	{"client spans that name no peer", func(s *sim) {
		s.Change = func(x *shopsim.Span) bool { x.Peer = shopsim.Peer{}; return true }
	}, map[string]bool{"slow database": true, "dependency": true}},
	{"client spans that all name one proxy", func(s *sim) {
		s.Change = func(x *shopsim.Span) bool {
			if x.Peer.System == "" && x.Peer.Address != "bank.example:443" {
				x.Peer = shopsim.Peer{Address: "127.0.0.1:15001"}
			}
			return true
		}
	}, map[string]bool{"dependency": true}},
	{"spans without kind", func(s *sim) {
		s.Change = func(x *shopsim.Span) bool { x.Kind, x.Peer = shopsim.KindUnspecified, shopsim.Peer{}; return true }
	}, map[string]bool{"slow database": true, "dependency": true, "slower than the callers wait": true}},
}

func TestFaultsWithLessTelemetry(t *testing.T) {
	for _, tel := range telemetries {
		for _, f := range faults {
			switch f.kind {
			case event.KindCPU, event.KindMemory, event.KindBadRelease, event.KindBadConfig, event.KindOverload, event.KindLostAgent, event.KindNeighbour:
				continue // more than traces tell of those
			}
			if tel.except[f.name] || f.cause == "frontend-1" {
				continue
			}
			t.Run(fmt.Sprint(f.name, ", ", tel.name), func(t *testing.T) {
				t.Parallel()
				s := newSim(t, Settings{EmitInterval: time.Second})
				s.Noise = 0.05
				tel.spoil(s)
				s.Run(150 * time.Second)
				require.Empty(t, s.ids(), "healthy")
				f.inject(s)
				s.Run(20 * time.Second)
				last := s.last()
				assert.Len(t, s.ids(), 1, "one fault, one incident")
				assert.Equal(t, f.kind, last.Cause.Kind)
				want := f.cause
				if p := last.Cause.Target.Entity; p.Instance == "" && p.Service != "" {
					want = serviceOfInstance(want) // which instance it is, nobody may know
				}
				assert.Equal(t, want, last.Cause.Target.Entity.String())
				assert.GreaterOrEqual(t, last.Confidence, 0.6)
			})
		}
	}
}

// serviceOfInstance is shop/payment of payment-2.
func serviceOfInstance(name string) string {
	if n := len(name); n > 2 && name[n-2] == '-' {
		return "shop/" + name[:n-2]
	}
	return name
}

// A fault that lasts: what was before it is forgotten, the verdict stands.
func TestVerdictsStand(t *testing.T) {
	for _, f := range faults {
		if f.cause == "frontend-1" && f.kind == event.KindHang || f.kind == event.KindNeighbour || f.kind == event.KindLostAgent {
			continue // nobody sees the first, the others have no one cause or are told at once
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, Settings{EmitInterval: time.Second})
			s.Noise = 0.05
			s.Run(time.Minute)
			f.inject(s)
			s.Run(80 * time.Second)
			last := s.last()
			assert.Equal(t, f.kind, last.Cause.Kind)
			assert.Equal(t, f.cause, last.Cause.Target.Entity.String())
			assert.Len(t, s.ids(), 1)
		})
	}
}

package eval

import (
	"math/rand"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/shopsim"
)

// shopFault is one way of going wrong, and what may be blamed for it.
type shopFault struct {
	name     string
	kind     event.Kind
	services []string // that can have it; what is blamed if there is but one
	inject   func(c *shopCase)
	blamed   func(n event.Entity) bool // nil: the service itself
}

// shopCase is a fault of a service. How bad it is, and whether a supervisor tells
// of it, is up to the seed.
type shopCase struct {
	*shopRig
	fault   *shopFault
	service string
	rnd     *rand.Rand
	hard    bool
}

// poor makes diagnosis hard: little traffic, and telemetry as many programs send it.
func (c *shopCase) poor(seed int64) {
	c.Rate, c.Noise = 1+3*c.rnd.Float64(), 0.15
	switch seed % 4 {
	case 0: // a third of all spans is lost
		c.Change = func(*shopsim.Span) bool { return c.rnd.Intn(3) > 0 }
	case 1: // nobody says whom it calls, and one span in ten is lost
		c.Change = func(s *shopsim.Span) bool {
			if s.Peer.System == "" && s.Peer.Address != "bank.example:443" {
				s.Peer = shopsim.Peer{}
			}
			return c.rnd.Intn(10) > 0
		}
	case 2: // clocks are seconds apart, and programs export seldom
		c.Batch = 5 * time.Second
		for _, name := range shopsim.Services() {
			for _, p := range c.Programs[name] {
				p.Skew = c.between(-3*time.Second, 3*time.Second)
			}
		}
	case 3: // half of the programs trace nothing but what they serve
		for k, name := range shopsim.Services() {
			for _, p := range c.Programs[name] {
				p.Quiet = k%2 == int(seed/4)%2
			}
		}
	}
}

// failing is the share of requests that a fault lets fail.
func (c *shopCase) failing() float64 {
	if c.hard {
		return 0.15 + 0.25*c.rnd.Float64()
	}
	return 0.2 + 0.7*c.rnd.Float64()
}

// one is the instance that has the fault.
func (c *shopCase) one() *shopsim.Program {
	list := c.Programs[c.service]
	return list[c.rnd.Intn(len(list))]
}

func (c *shopCase) between(a, b time.Duration) time.Duration {
	return a + time.Duration(c.rnd.Int63n(int64(b-a)))
}

// told tells whether a supervisor sees it: in every other case.
func (c *shopCase) told() bool { return c.rnd.Intn(2) == 0 }

// all but the frontend are called by somebody who traces, and it by who makes the load.
var shopFaults = []shopFault{
	{name: "crash", kind: event.KindCrash, services: shopsim.Services(), inject: func(c *shopCase) {
		p := c.one()
		p.Down = true
		if c.told() {
			c.State(p, event.AgentExited, "exit status 2")
		}
	}},
	{name: "hang", kind: event.KindHang, services: shopsim.Services(), inject: func(c *shopCase) {
		p := c.one()
		p.Hung = true
		c.Run(2500 * time.Millisecond)
		if c.told() {
			c.State(p, event.AgentUnhealthy, "probe: timeout after 1s")
		}
	}},
	{name: "slow code", kind: event.KindSlow, services: shopsim.Services(), inject: func(c *shopCase) {
		p := c.one()
		p.Slower, p.Spread = c.between(150*time.Millisecond, 600*time.Millisecond), c.between(time.Millisecond, 300*time.Millisecond)
	}},
	{name: "errors", kind: event.KindErrors, services: shopsim.Services(), inject: func(c *shopCase) {
		c.one().Failing = c.failing()
	}},
	{name: "processor", kind: event.KindCPU, services: shopsim.Services(), inject: func(c *shopCase) {
		busy(c, c.one(), 0)
	}},
	{name: "processor, requests pile up in memory", kind: event.KindCPU, services: shopsim.Services(), inject: func(c *shopCase) {
		busy(c, c.one(), 1e6+4e6*c.rnd.Float64())
	}},
	{name: "processor, again after a restart", kind: event.KindCPU, services: shopsim.Services(), inject: func(c *shopCase) {
		p := c.one()
		busy(c, p, 1e6+4e6*c.rnd.Float64())
		c.Run(10 * time.Second)
		c.Restart(p)
		c.Run(c.between(35*time.Second, 70*time.Second))
		c.forget()
		busy(c, p, 1e6+4e6*c.rnd.Float64())
	}},
	{name: "memory", kind: event.KindMemory, services: shopsim.Services(), inject: func(c *shopCase) {
		p := c.one()
		leak(c, p)
		c.Run(c.between(3*time.Second, 8*time.Second))
		p.Slower = c.between(120*time.Millisecond, 400*time.Millisecond)
	}},
	{name: "memory, its collector costs the processor", kind: event.KindMemory, services: shopsim.Services(), inject: func(c *shopCase) {
		p := c.one()
		leak(c, p)
		c.Run(c.between(3*time.Second, 8*time.Second))
		p.Slower, p.Usage.CPU = c.between(120*time.Millisecond, 400*time.Millisecond), 0.2+0.6*c.rnd.Float64()
	}},
	{name: "network", kind: event.KindNetwork, services: shopsim.Services(), inject: func(c *shopCase) {
		c.Gap[c.service] = c.between(80*time.Millisecond, 200*time.Millisecond)
	}},
	{name: "bad release", kind: event.KindBadRelease, services: shopsim.Services(), inject: func(c *shopCase) {
		c.change(event.Change{Entity: event.Entity{Namespace: "shop", Service: c.service}, Kind: event.ChangeRelease, From: "v1", To: "v2", By: "ci", At: c.Now})
		for _, p := range c.Programs[c.service] {
			p.Release = "v2"
			c.Restart(p)
			p.Failing = c.failing()
			c.Run(time.Second)
		}
	}},
	{name: "bad configuration", kind: event.KindBadConfig, services: shopsim.Services(), inject: func(c *shopCase) {
		c.change(event.Change{Entity: event.Entity{Namespace: "shop", Service: c.service}, Kind: event.ChangeConfig, From: "41", To: "42", By: "ci", At: c.Now})
		slower := c.told()
		for _, p := range c.Programs[c.service] {
			if slower {
				p.Slower = 250 * time.Millisecond
			} else {
				p.Failing = c.failing()
			}
		}
	}},
	{name: "slow database", kind: event.KindDependency, services: []string{"postgresql@db.example:443"}, inject: func(c *shopCase) {
		c.DBSlower = c.between(150*time.Millisecond, 500*time.Millisecond)
	}, blamed: addressed("db.example:443")},
	{name: "third party down", kind: event.KindDependency, services: []string{"bank.example:443"}, inject: func(c *shopCase) {
		c.BankDown = true
	}, blamed: addressed("bank.example:443")},
	{name: "overload", kind: event.KindOverload, services: []string{"frontend"}, inject: func(c *shopCase) {
		c.Rate *= 3 + 3*c.rnd.Float64()
		for _, name := range shopsim.Services() {
			for _, p := range c.Programs[name] {
				p.Slower = 60 * time.Millisecond
			}
		}
		victim := []string{"inventory-1", "cart-1", "catalogue-1"}[c.rnd.Intn(3)]
		c.Find(victim).Slower = 400 * time.Millisecond
		c.Run(3 * time.Second)
		if c.told() {
			c.State(c.Find(victim), event.AgentUnhealthy, "probe: timeout after 1s")
		}
	}},
	{name: "noisy neighbour", kind: event.KindNeighbour, services: []string{"node-2"}, inject: func(c *shopCase) {
		for _, name := range []string{"cart", "payment", "inventory"} {
			for _, p := range c.Programs[name] {
				p.Slower = c.between(80*time.Millisecond, 150*time.Millisecond)
			}
		}
	}, blamed: func(n event.Entity) bool {
		return n.Service == "cart" || n.Service == "payment" || n.Service == "inventory"
	}},
	{name: "lost agent", kind: event.KindLostAgent, services: []string{"node-collector"}, inject: func(c *shopCase) {
		c.AddState(event.AgentState{
			Entity:      event.Entity{Service: "node-collector", Instance: "node-collector-1"},
			Incarnation: "77@boot", Status: event.AgentExited, Reason: "signal: killed", Since: c.Now, At: c.Now, Agent: true,
		}, c.Now)
		for _, name := range shopsim.Services() {
			c.Mute[name] = true
		}
	}},
}

// busy loops in a program, and what waits meanwhile is held in its memory.
func busy(c *shopCase, p *shopsim.Program, pile float64) {
	p.Slower, p.Usage.CPU = c.between(120*time.Millisecond, 400*time.Millisecond), 0.9
	p.Usage.Leak, p.Usage.From, p.Usage.Stacks = pile, c.Now, 3e5+2e6*c.rnd.Float64()
}

func leak(c *shopCase, p *shopsim.Program) {
	p.Usage.Leak, p.Usage.From = 3e6+7e6*c.rnd.Float64(), c.Now
}

func addressed(name string) func(event.Entity) bool {
	return func(n event.Entity) bool {
		s := n.String()
		return len(s) >= len(name) && s[len(s)-len(name):] == name
	}
}

// forget leaves out what was said so far.
func (c *shopCase) forget() { c.incidents = c.incidents[:0] }

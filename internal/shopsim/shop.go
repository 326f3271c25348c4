package shopsim

import (
	"fmt"
	"math/rand"
	"sort"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Program is one instance, and what is wrong with it.
type Program struct {
	Entity  event.Entity
	PID     int
	Release string
	Hung    bool
	Down    bool
	Failing float64       // share of requests that raise an exception
	Slower  time.Duration // added to its own time, whether or not the caller still waits
	Spread  time.Duration // and up to that much more
	Skew    time.Duration // of its clock
	Usage   Usage
	Quiet   bool      // traces what it serves, but not its calls to other programs
	Since   time.Time // when it was started anew; zero: long ago
}

// Shop is a frontend that calls checkout and catalogue, checkout calls cart,
// payment and inventory, payment calls a bank that sends no telemetry,
// inventory a database. Calls time out after a second. Each program exports
// twice a second, and everything arrives 100 ms later.
type Shop struct {
	Now      time.Time
	Programs map[string][]*Program
	Rate     float64 // requests a second
	BankDown bool
	DBSlower time.Duration
	Gap      map[string]time.Duration // of the network to a service, one way
	Noise    float64                  // share of calls to the bank that fail and are tried again
	Mute     map[string]bool          // services whose telemetry is lost
	Batch    time.Duration            // how often each program exports; 0: twice a second
	Change   func(*Span) bool         // what becomes of a span on its way; false: it is lost
	Driver   bool                     // who makes the load traces it
	Trace    uint64                   // the newest trace

	sink   Sink
	rnd    *rand.Rand
	calls  map[string][]string
	queue  map[int64][]lateSpan // by the step in which they arrive
	logs   []lateLog
	next   int
	span   uint64
	states []event.AgentState // the newest of each program
}

type lateSpan struct {
	Span
	at time.Time
}

type lateLog struct {
	Log
	at time.Time
}

// Timeout is how long callers wait.
const Timeout = time.Second

const stepMillis = 50

// Services are all that send telemetry, those that are called first before their callers.
func Services() []string {
	return []string{"frontend", "checkout", "catalogue", "cart", "payment", "inventory"}
}

// New opens a shop in which all is well.
func New(seed int64, sink Sink) *Shop {
	s := &Shop{
		Now: time.Date(2026, 1, 25, 12, 0, 0, 0, time.UTC), Programs: map[string][]*Program{}, Rate: 30,
		Gap: map[string]time.Duration{}, Mute: map[string]bool{},
		sink: sink, rnd: rand.New(rand.NewSource(seed)), queue: map[int64][]lateSpan{},
		calls: map[string][]string{
			"frontend": {"catalogue", "checkout"}, "checkout": {"cart", "payment", "inventory"},
			"payment": {"bank"}, "inventory": {"db"},
		},
	}
	pid := 100
	for _, name := range Services() {
		n := 1
		if name == "checkout" || name == "payment" {
			n = 2
		}
		for i := range n {
			pid++
			p := &Program{
				Entity:  event.Entity{Namespace: "shop", Service: name, Instance: fmt.Sprintf("%s-%d", name, i+1), Host: hostOf(name)},
				PID:     pid,
				Release: "v1",
			}
			s.Programs[name] = append(s.Programs[name], p)
			s.State(p, event.AgentHealthy, "")
		}
	}
	return s
}

// hostOf puts what is below checkout on one host and the rest on another.
func hostOf(service string) string {
	switch service {
	case "cart", "payment", "inventory":
		return "node-2"
	}
	return "node-1"
}

// Find is the program of that name; it panics if there is none.
func (s *Shop) Find(instance string) *Program {
	for _, list := range s.Programs {
		for _, p := range list {
			if p.Entity.Instance == instance {
				return p
			}
		}
	}
	panic("no program " + instance)
}

// Incarnation of the life that the program has.
func (p *Program) Incarnation() event.Incarnation {
	return event.Incarnation(fmt.Sprintf("%d@boot", p.PID))
}

// State tells what a supervisor saw of a program.
func (s *Shop) State(p *Program, status event.AgentStatus, reason string) {
	s.Report(event.AgentState{
		Entity: p.Entity, Incarnation: p.Incarnation(), Release: p.Release, Status: status, Reason: reason,
		Since: s.Now, At: s.Now, Source: "process_executor/shop",
	})
}

// Report tells a state now, and anew every other second, as a supervisor does.
func (s *Shop) Report(st event.AgentState) {
	s.sink.AddState(st, s.Now)
	for k := range s.states {
		if s.states[k].Entity == st.Entity {
			s.states[k] = st
			return
		}
	}
	s.states = append(s.states, st)
}

func (s *Shop) reportAgain() {
	for k := range s.states {
		s.states[k].At = s.Now
		s.sink.AddState(s.states[k], s.Now)
	}
}

// Restart gives the program a new life, as a healer does it.
func (s *Shop) Restart(p *Program) {
	p.PID += 1000
	*p = Program{Entity: p.Entity, PID: p.PID, Release: p.Release, Since: s.Now}
	s.State(p, event.AgentHealthy, "")
}

// Run lets the shop work, 50 ms at a time; what happens is told at the end of each step.
func (s *Shop) Run(d time.Duration) {
	for end := s.Now.Add(d); s.Now.Before(end); {
		step := stepMillis * time.Millisecond
		for n := s.Rate * step.Seconds(); n > 0; n-- {
			if n < 1 && s.rnd.Float64() > n {
				break
			}
			s.request(s.Now.Add(time.Duration(s.rnd.Int63n(int64(step)))))
		}
		s.Now = s.Now.Add(step)
		s.deliver()
		if s.Now.UnixMilli()%2000 == 0 {
			s.reportAgain()
		}
		s.sink.Step(s.Now)
	}
}

func (s *Shop) deliver() {
	step := s.Now.UnixMilli() / stepMillis
	list := s.queue[step]
	delete(s.queue, step)
	sort.SliceStable(list, func(a, b int) bool { return list[a].at.Before(list[b].at) })
	for k := range list {
		if !s.Mute[list[k].Entity.Service] {
			s.sink.AddSpan(&list[k].Span, s.Now)
		}
	}
	rest := s.logs[:0]
	for k := range s.logs {
		if s.logs[k].at.After(s.Now) {
			rest = append(rest, s.logs[k])
		} else if !s.Mute[s.logs[k].Entity.Service] {
			s.sink.AddLog(&s.logs[k].Log, s.Now)
		}
	}
	s.logs = rest
}

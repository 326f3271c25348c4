package rca

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// simProgram is one simulated instance and what is wrong with it.
type simProgram struct {
	entity  event.Entity
	pid     int
	release string
	hung    bool
	down    bool
	failing float64       // share of requests that raise an exception
	slower  time.Duration // added to its own time, whether or not the caller still waits
	spread  time.Duration // and up to that much more
	skew    time.Duration // of its clock
}

// sim plays a shop: frontend calls checkout and catalogue, checkout calls cart,
// payment and inventory, payment calls a bank that sends no telemetry,
// inventory a database. Calls time out after a second. Each program exports
// twice a second, and everything arrives 100 ms later.
type sim struct {
	t        *testing.T
	e        *Engine
	now      time.Time
	rnd      *rand.Rand
	programs map[string][]*simProgram
	calls    map[string][]string
	rate     float64
	bankDown bool
	dbSlower time.Duration
	gap      map[string]time.Duration // of the network to a service, one way
	noise    float64                  // share of calls to the bank that fail and are tried again
	queue    map[int64][]simSpan      // by the step in which they arrive
	logs     []simLog
	next     int
	trace    uint64
	span     uint64
	mute     map[string]bool
	batch    time.Duration    // how often each program exports; 0: twice a second
	change   func(*Span) bool // what becomes of a span on its way; false: it is lost
	emitted  []event.Incident
	driver   bool
}

type simSpan struct {
	Span
	at time.Time
}

type simLog struct {
	Log
	at time.Time
}

const (
	simTimeout = time.Second
	simStep    = 50 // milliseconds
)

func newSim(t *testing.T, set Settings) *sim {
	s := &sim{
		t: t, e: New(set), now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), rnd: rand.New(rand.NewSource(1)),
		programs: map[string][]*simProgram{}, rate: 30, mute: map[string]bool{}, queue: map[int64][]simSpan{}, gap: map[string]time.Duration{},
		calls: map[string][]string{
			"frontend": {"catalogue", "checkout"}, "checkout": {"cart", "payment", "inventory"},
			"payment": {"bank"}, "inventory": {"db"},
		},
	}
	for name, n := range map[string]int{"frontend": 1, "checkout": 2, "catalogue": 1, "cart": 1, "payment": 2, "inventory": 1} {
		for i := range n {
			s.programs[name] = append(s.programs[name], &simProgram{
				entity:  event.Entity{Namespace: "shop", Service: name, Instance: fmt.Sprintf("%s-%d", name, i+1), Host: hostOf(name)},
				release: "v1",
			})
		}
	}
	pid := 100
	for _, name := range []string{"frontend", "checkout", "catalogue", "cart", "payment", "inventory"} {
		for _, p := range s.programs[name] {
			pid++
			p.pid = pid
			s.state(p, event.AgentHealthy, "")
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

func (s *sim) program(instance string) *simProgram {
	for _, list := range s.programs {
		for _, p := range list {
			if p.entity.Instance == instance {
				return p
			}
		}
	}
	s.t.Fatalf("no program %s", instance)
	return nil
}

func (p *simProgram) incarnation() event.Incarnation {
	return event.Incarnation(fmt.Sprintf("%d@boot", p.pid))
}

func (s *sim) state(p *simProgram, status event.AgentStatus, reason string) {
	s.e.AddState(event.AgentState{
		Entity: p.entity, Incarnation: p.incarnation(), Release: p.release, Status: status, Reason: reason,
		Since: s.now, At: s.now, Source: "process_executor/shop",
	}, s.now)
}

// reportAgain tells every state anew, as a supervisor does every other second.
func (s *sim) reportAgain() {
	for _, st := range s.e.states {
		if again := st.AgentState; !again.Agent {
			again.At = s.now
			s.e.AddState(again, s.now)
		}
	}
}

// restart gives the program a new life, as a healer does it.
func (s *sim) restart(p *simProgram) {
	p.pid += 1000
	*p = simProgram{entity: p.entity, pid: p.pid, release: p.release}
	s.state(p, event.AgentHealthy, "")
}

// run lets the shop work, 50 ms at a time; what happens is told at the end of each step.
func (s *sim) run(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); {
		step := 50 * time.Millisecond
		for n := s.rate * step.Seconds(); n > 0; n-- {
			if n < 1 && s.rnd.Float64() > n {
				break
			}
			s.request(s.now.Add(time.Duration(s.rnd.Int63n(int64(step)))))
		}
		s.now = s.now.Add(step)
		s.deliver()
		if s.now.UnixMilli()%2000 == 0 {
			s.reportAgain()
		}
		if s.now.UnixMilli()%250 == 0 {
			for _, i := range s.e.Tick(s.now) {
				require.NoError(s.t, i.Validate())
				s.emitted = append(s.emitted, i)
			}
		}
	}
}

func (s *sim) deliver() {
	step := s.now.UnixMilli() / simStep
	list := s.queue[step]
	delete(s.queue, step)
	sort.SliceStable(list, func(a, b int) bool { return list[a].at.Before(list[b].at) })
	for k := range list {
		if !s.mute[list[k].Entity.Service] {
			s.e.AddSpan(&list[k].Span, s.now)
		}
	}
	rest := s.logs[:0]
	for k := range s.logs {
		if s.logs[k].at.After(s.now) {
			rest = append(rest, s.logs[k])
		} else if !s.mute[s.logs[k].Entity.Service] {
			s.e.AddLog(&s.logs[k].Log, s.now)
		}
	}
	s.logs = rest
}

func (s *sim) id() (b [8]byte) {
	s.span++
	binary.BigEndian.PutUint64(b[:], s.span)
	return b
}

func (s *sim) request(start time.Time) {
	s.trace++
	var id [16]byte
	binary.BigEndian.PutUint64(id[8:], s.trace)
	if s.driver {
		load := &simProgram{entity: event.Entity{Namespace: "shop", Service: "load"}}
		s.call(load, "frontend", id, [8]byte{}, start)
		return
	}
	s.serve(s.programs["frontend"][0], id, [8]byte{}, start, start.Add(time.Minute))
}

// export queues a span for the next half second of its program.
func (s *sim) export(p *simProgram, sp Span) {
	at := sp.End.Truncate(500 * time.Millisecond).Add(600 * time.Millisecond)
	if s.batch > 0 { // each in its own time
		phase := time.Duration(p.pid%7) * s.batch / 7
		at = sp.End.Add(-phase).Truncate(s.batch).Add(phase + s.batch + 100*time.Millisecond)
	}
	sp.Start, sp.End = sp.Start.Add(p.skew), sp.End.Add(p.skew)
	sp.Entity = p.entity
	if s.change != nil && !s.change(&sp) {
		return
	}
	step := (at.UnixMilli() + simStep - 1) / simStep
	s.queue[step] = append(s.queue[step], simSpan{sp, at})
}

// serve answers a request, or does not; ok says whether the answer is good.
func (s *sim) serve(p *simProgram, trace [16]byte, parent [8]byte, start, giveUp time.Time) (end time.Time, ok bool) {
	own := time.Duration(2e6+s.rnd.ExpFloat64()*3e6) + p.slower
	if p.spread > 0 {
		own += time.Duration(s.rnd.Int63n(int64(p.spread)))
	}
	id := s.id()
	at := start.Add(own / 2)
	ok = true
	failure, text := FailureNone, ""
	for _, callee := range s.calls[p.entity.Service] {
		if callee == "catalogue" && s.trace%2 == 0 {
			continue
		}
		var good bool
		at, good = s.call(p, callee, trace, id, at)
		if !good {
			ok, failure = false, FailureError
			break
		}
		if at.After(giveUp) {
			break
		}
	}
	end = at.Add(own / 2)
	if ok && p.failing > 0 && s.rnd.Float64() < p.failing {
		ok, failure, text = false, FailureError, "ValueError: price is not a number"
		s.logs = append(s.logs, simLog{Log{
			TraceID: trace, SpanID: id, Entity: p.entity, At: end, Error: true, Text: text,
		}, end.Truncate(500 * time.Millisecond).Add(600 * time.Millisecond)})
	}
	if end.After(giveUp) && p.slower == 0 {
		end, ok, failure, text = giveUp.Add(time.Millisecond), false, FailureCancelled, "context canceled"
	}
	s.export(p, Span{
		TraceID: trace, SpanID: id, ParentID: parent, Kind: KindServer, Name: "POST /" + p.entity.Service,
		Start: start, End: end, Failure: failure, Error: text,
	})
	return end, ok
}

func (s *sim) call(p *simProgram, callee string, trace [16]byte, parent [8]byte, start time.Time) (end time.Time, ok bool) {
	id := s.id()
	sp := Span{TraceID: trace, SpanID: id, ParentID: parent, Kind: KindClient, Name: "POST", Start: start}
	done := func(end time.Time, f Failure, text string) (time.Time, bool) {
		sp.End, sp.Failure, sp.Error = end, f, text
		s.export(p, sp)
		return end, f == FailureNone
	}
	if callee == "bank" || callee == "db" {
		sp.Peer = Peer{Address: callee + ".example:443"}
		if callee == "db" {
			sp.Peer.System = "postgresql"
		}
		took := time.Duration(1e6 + s.rnd.ExpFloat64()*1e6)
		if callee == "db" {
			took += s.dbSlower
		}
		if callee == "bank" && s.bankDown {
			return done(start.Add(time.Millisecond), FailureUnreachable, "connection refused")
		}
		if callee == "bank" && s.rnd.Float64() < s.noise {
			end, _ := done(start.Add(took), FailureError, "503")
			sp.SpanID = s.id()
			sp.Start = end
			return done(end.Add(took), FailureNone, "")
		}
		return done(start.Add(took), FailureNone, "")
	}
	list := s.programs[callee]
	s.next++
	to := list[s.next%len(list)]
	sp.Peer = Peer{Address: "127.0.0.1:" + fmt.Sprint(20000+s.rndPort(to))}
	giveUp := start.Add(simTimeout)
	switch {
	case to.down:
		return done(start.Add(time.Millisecond), FailureUnreachable, "connection refused")
	case to.hung:
		return done(giveUp, FailureTimeout, "deadline exceeded")
	}
	way := 200*time.Microsecond + s.gap[callee]
	end, ok = s.serve(to, trace, id, start.Add(way), giveUp)
	end = end.Add(way)
	switch {
	case end.After(giveUp):
		return done(giveUp, FailureTimeout, "deadline exceeded")
	case !ok:
		return done(end, FailureError, "500")
	}
	return done(end, FailureNone, "")
}

// rndPort is one port for every instance.
func (s *sim) rndPort(p *simProgram) int {
	n := 0
	for _, c := range p.entity.Instance {
		n = n*31 + int(c)
	}
	return n % 9000
}

// last is the newest emission of an incident.
func (s *sim) last() event.Incident {
	s.t.Helper()
	require.NotEmpty(s.t, s.ids(), "no incident")
	return s.emitted[len(s.emitted)-1]
}

// ids are the incidents that were emitted, in order.
func (s *sim) ids() (list []string) {
	seen := map[string]bool{}
	for _, i := range s.emitted {
		if !seen[i.ID] {
			seen[i.ID] = true
			list = append(list, i.ID)
		}
	}
	return list
}

func (s *sim) anomaly(p *simProgram, metric string, observed, expected, score float64) {
	s.e.AddAnomaly(event.Anomaly{
		Entity: p.entity, Metric: metric, Aspect: "value", Observed: observed, Expected: expected,
		Score: score, Onset: s.now, At: s.now, Deviation: 1,
	}, s.now)
}

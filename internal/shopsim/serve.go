package shopsim

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/event"
)

// ID is the next of a span.
func (s *Shop) ID() (b [8]byte) {
	s.span++
	binary.BigEndian.PutUint64(b[:], s.span)
	return b
}

func (s *Shop) request(start time.Time) {
	s.Trace++
	var id [16]byte
	binary.BigEndian.PutUint64(id[8:], s.Trace)
	if s.Driver {
		load := &Program{Entity: event.Entity{Namespace: "shop", Service: "load"}}
		s.call(load, "frontend", id, [8]byte{}, start)
		return
	}
	s.serve(s.Programs["frontend"][0], id, [8]byte{}, start, start.Add(time.Minute))
}

// Export queues a span for the next half second of its program.
func (s *Shop) Export(p *Program, sp Span) {
	at := sp.End.Truncate(500 * time.Millisecond).Add(600 * time.Millisecond)
	if s.Batch > 0 { // each in its own time
		phase := time.Duration(p.PID%7) * s.Batch / 7
		at = sp.End.Add(-phase).Truncate(s.Batch).Add(phase + s.Batch + 100*time.Millisecond)
	}
	sp.Start, sp.End = sp.Start.Add(p.Skew), sp.End.Add(p.Skew)
	sp.Entity = p.Entity
	if s.Change != nil && !s.Change(&sp) {
		return
	}
	step := (at.UnixMilli() + stepMillis - 1) / stepMillis
	s.queue[step] = append(s.queue[step], lateSpan{sp, at})
}

// serve answers a request, or does not; ok says whether the answer is good.
func (s *Shop) serve(p *Program, trace [16]byte, parent [8]byte, start, giveUp time.Time) (end time.Time, ok bool) {
	own := time.Duration(2e6+s.rnd.ExpFloat64()*3e6) + p.Slower
	if p.Spread > 0 {
		own += time.Duration(s.rnd.Int63n(int64(p.Spread)))
	}
	id := s.ID()
	at := start.Add(own / 2)
	ok = true
	failure, text := FailureNone, ""
	for _, callee := range s.calls[p.Entity.Service] {
		if callee == "catalogue" && s.Trace%2 == 0 {
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
	if ok && p.Failing > 0 && s.rnd.Float64() < p.Failing {
		ok, failure, text = false, FailureError, "ValueError: price is not a number"
		s.logs = append(s.logs, lateLog{Log{
			TraceID: trace, SpanID: id, Entity: p.Entity, At: end, Text: text,
		}, end.Truncate(500 * time.Millisecond).Add(600 * time.Millisecond)})
	}
	if end.After(giveUp) && p.Slower == 0 {
		end, ok, failure, text = giveUp.Add(time.Millisecond), false, FailureCancelled, "context canceled"
	}
	s.Export(p, Span{
		TraceID: trace, SpanID: id, ParentID: parent, Kind: KindServer, Name: "POST /" + p.Entity.Service,
		Start: start, End: end, Failure: failure, Error: text,
	})
	return end, ok
}

func (s *Shop) call(p *Program, callee string, trace [16]byte, parent [8]byte, start time.Time) (end time.Time, ok bool) {
	id := s.ID()
	sp := Span{TraceID: trace, SpanID: id, ParentID: parent, Kind: KindClient, Name: "POST", Start: start}
	done := func(end time.Time, f Failure, text string) (time.Time, bool) {
		sp.End, sp.Failure, sp.Error = end, f, text
		if id != parent {
			s.Export(p, sp)
		}
		return end, f == FailureNone
	}
	if callee == "bank" || callee == "db" {
		sp.Peer = Peer{Address: callee + ".example:443"}
		if callee == "db" {
			sp.Peer.System = "postgresql"
		}
		took := time.Duration(1e6 + s.rnd.ExpFloat64()*1e6)
		if callee == "db" {
			took += s.DBSlower
		}
		if callee == "bank" && s.BankDown {
			return done(start.Add(time.Millisecond), FailureUnreachable, "connection refused")
		}
		if callee == "bank" && s.rnd.Float64() < s.Noise {
			end, _ := done(start.Add(took), FailureError, "503")
			sp.SpanID = s.ID()
			sp.Start = end
			return done(end.Add(took), FailureNone, "")
		}
		return done(start.Add(took), FailureNone, "")
	}
	if p.Quiet {
		id = parent
	}
	list := s.Programs[callee]
	s.next++
	to := list[s.next%len(list)]
	sp.Peer = Peer{Address: "127.0.0.1:" + fmt.Sprint(20000+s.rndPort(to))}
	giveUp := start.Add(Timeout)
	switch {
	case to.Down:
		return done(start.Add(time.Millisecond), FailureUnreachable, "connection refused")
	case to.Hung:
		return done(giveUp, FailureTimeout, "deadline exceeded")
	}
	way := 200*time.Microsecond + s.Gap[callee]
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
func (s *Shop) rndPort(p *Program) int {
	n := 0
	for _, c := range p.Entity.Instance {
		n = n*31 + int(c)
	}
	return n % 9000
}

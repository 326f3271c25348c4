package rca

import (
	"time"

	"github.com/otelheal/otelheal/event"
)

// Calls is what somebody else counted of requests, where no spans come here: of
// one service to another, of all that a service answered, or of all that it called.
type Calls struct {
	From    event.Entity // who calls; no Service: unknown
	To      event.Entity // who answers, or should; no Service: unknown
	Outside bool         // To is a database or a third party
	Op      string       // what was answered, where From is unknown
	Start   time.Time    // it was counted from here …
	End     time.Time    // … to here
	N, Bad  uint32
	Times   []Count // of any of them
}

// Count is how many took about so long.
type Count struct {
	About time.Duration
	N     uint32
}

const (
	spread    = 10  // seconds at most over which counts are spread: longer ago is baseline already
	edgesHold = 180 // seconds for which a service is known by who calls it
	spansHold = 60  // seconds for which a service is known by its spans, and counts of it tell nothing new
)

// balance is what went wrong of what one service answered, or called, in a batch.
type balance struct {
	bad, slow uint32
}

// balances are what a batch says of one service.
type balances struct {
	in, out, served, calling balance
	hasIn                    bool
	inst                     *instance // the only one that counts were told of
	start, end               int64
}

// AddCalls takes counts of one time, all at once: what a service did wrong itself
// is what failed there less what failed at whom it calls, and likewise what was slow.
func (e *Engine) AddCalls(list []Calls, now time.Time) {
	n := e.arrive(now)
	var order []*service
	all := map[*service]*balances{}
	of := func(s *service, c *Calls) *balances {
		b := all[s]
		if b == nil {
			b = &balances{start: c.Start.UnixNano(), end: c.End.UnixNano()}
			all[s] = b
			order = append(order, s)
		}
		return b
	}
	for k := range list {
		c := &list[k]
		end := c.End.UnixNano()
		if c.N == 0 || c.End.Before(c.Start) || end > n+int64(skew) || end < n-int64(keepSeconds*time.Second/2) || c.Start.UnixNano() <= 0 {
			e.stats.DroppedTime++
			continue
		}
		c.Bad = min(c.Bad, c.N)
		switch {
		case c.From.Service != "" && c.To.Service != "":
			e.addEdgeCalls(c, of)
		case c.To.Service != "":
			e.addServed(c, of)
		case c.From.Service != "":
			svc := e.g.service(e.named(c.From))
			if !e.traced(svc) {
				b := of(svc, c)
				slow := addCounts(&svc.calling, c, e.slowOver(&svc.calling))
				b.calling.bad, b.calling.slow = b.calling.bad+c.Bad, b.calling.slow+slow
			}
		}
	}
	for _, s := range order {
		e.blame(s, all[s])
	}
}

// traced tells whether a service is known by its spans.
func (e *Engine) traced(s *service) bool { return s.traced > 0 && s.traced > e.g.now-spansHold }

func (e *Engine) addEdgeCalls(c *Calls, of func(*service, *Calls) *balances) {
	from, to := e.g.service(e.named(c.From)), e.g.service(e.named(c.To))
	if from == to || e.traced(from) || e.traced(to) {
		return
	}
	if c.Outside {
		to.external = !to.serves
	} else {
		to.serves, to.external = true, false
	}
	calls := &e.g.edge(from, to).calls
	slow := addCounts(calls, c, calls.slowOver)
	in, out := of(to, c), of(from, c)
	in.hasIn, to.called = true, e.g.now
	in.in.bad, in.in.slow = in.in.bad+c.Bad, in.in.slow+slow
	// A request that waits for two slow calls is slow once: the slowest edge counts.
	out.out.bad, out.out.slow = out.out.bad+c.Bad, max(out.out.slow, slow)
}

func (e *Engine) addServed(c *Calls, of func(*service, *Calls) *balances) {
	inst := e.g.instance(e.named(c.To))
	svc := inst.svc
	if e.traced(svc) {
		return
	}
	svc.serves, svc.external = true, false
	b := of(svc, c)
	slow := addCounts(&inst.served, c, e.slowOver(&inst.served))
	b.served.bad, b.served.slow = b.served.bad+c.Bad, b.served.slow+slow
	if inst.entity.Instance != "" && (b.inst == nil || b.inst == inst) {
		b.inst = inst
	} else {
		b.inst = nil
	}
	if svc.entry() {
		entry := &svc.spelt("", c.Op).entry
		addCounts(entry, c, entry.slowOver)
	}
	if seconds := c.End.Sub(c.Start).Seconds(); seconds <= spread {
		eachSecond(c, func(sec int64, part func(uint32) uint32) {
			if a := svc.arrivals.at(sec); a != nil {
				a.n += part(c.N)
			}
		})
	}
}

// blame marks as many requests as went wrong by a service itself.
func (e *Engine) blame(s *service, b *balances) {
	in, out := b.in, b.out
	if !b.hasIn {
		if s.called > 0 && s.called > e.g.now-edgesHold {
			return // edges tell it better, in a batch of their own
		}
		in, out = b.served, b.calling
	}
	inst := b.inst
	if inst == nil {
		if inst = s.onlyOne(); inst == nil {
			inst = s.whole()
		}
	}
	mark := func(m originMode, n uint32) {
		if n > 0 {
			addCounts(&inst.origins[m].series, &Calls{Start: time.Unix(0, b.start), End: time.Unix(0, b.end), N: n}, 0)
		}
	}
	if in.bad > out.bad {
		mark(originError, in.bad-out.bad)
	}
	if in.slow > out.slow {
		mark(originSlow, in.slow-out.slow)
	}
}

// onlyOne is the instance of a service that has only one.
func (s *service) onlyOne() *instance {
	var only *instance
	for name, i := range s.instances {
		if name == "" {
			continue
		}
		if only != nil {
			return nil
		}
		only = i
	}
	return only
}

// eachSecond hands out the seconds over which counts are spread, and what part of
// a number falls into each.
func eachSecond(c *Calls, do func(sec int64, part func(uint32) uint32)) {
	last := c.End.UnixNano() / int64(time.Second)
	seconds := min(max(int64(c.End.Sub(c.Start)/time.Second), 1), spread)
	for k := range seconds {
		do(last-seconds+1+k, func(n uint32) uint32 {
			return uint32(int64(n)*(k+1)/seconds - int64(n)*k/seconds)
		})
	}
}

// addCounts adds them to a series, and tells how many took longer than normal.
func addCounts(s *series, c *Calls, slowOver int64) (slow uint32) {
	for _, t := range c.Times {
		if slowOver > 0 && int64(t.About) > slowOver {
			slow += t.N
		}
	}
	slow = min(slow, c.N)
	eachSecond(c, func(sec int64, part func(uint32) uint32) {
		to := s.at(sec)
		if to == nil {
			return
		}
		first, last := sec*int64(time.Second), (sec+1)*int64(time.Second)-1
		one := counts{n: part(c.N), bad: part(c.Bad), slow: part(slow)}
		if one.n > 0 {
			one.first, one.last = first, last
		}
		if one.bad > 0 {
			one.firstBad, one.lastBad = first, last
		}
		if one.slow > 0 {
			one.firstSlow, one.lastSlow = first, last
		}
		to.merge(&one)
		for _, t := range c.Times {
			if n := part(t.N); n > 0 {
				to.hist.add(bucketOf(int64(t.About)), n)
			}
		}
	})
	return slow
}

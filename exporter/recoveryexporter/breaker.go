package recoveryexporter

import "time"

// breakerState is what the metric shows.
type breakerState int

const (
	breakerClosed   breakerState = iota // requests pass
	breakerHalfOpen                     // one request probes the destination
	breakerOpen                         // none passes
)

// String is the label of the metric.
func (s breakerState) String() string {
	switch s {
	case breakerClosed:
		return "closed"
	case breakerHalfOpen:
		return "half_open"
	case breakerOpen:
		return "open"
	}
	return "unknown"
}

// result is what a request says of its destination.
type result int

const (
	resultAnswered result = iota // it answered, if only to refuse
	resultFailed                 // no answer, or one that says that it can't
	resultNone                   // the request was given up; nothing is known
)

// breakerSlots is the resolution of the sliding window.
const breakerSlots = 10

// breaker keeps requests from a destination that fails. It is a step function:
// the caller asks before each request, tells afterwards what came of it, gives
// the time, and serializes the calls.
type breaker struct {
	cfg     BreakerConfig
	state   breakerState
	turn    int       // grows with each change of state
	until   time.Time // open: when a probe may pass
	probing bool      // half-open: the probe is under way; never true otherwise
	origin  time.Time // the window counts from the first request
	slots   [breakerSlots]breakerSlot
}

type breakerSlot struct {
	epoch            int64
	requests, failed int
}

// permit goes with a request from ask to tell.
type permit struct{ turn int }

// ask tells whether a request may pass now, and if not, how long to wait; zero
// where that depends on the probe.
func (b *breaker) ask(now time.Time) (permit, time.Duration, bool) {
	if b.state == breakerOpen && !now.Before(b.until) {
		b.move(breakerHalfOpen)
	}
	switch {
	case b.state == breakerOpen:
		return permit{}, b.until.Sub(now), false
	case b.probing:
		return permit{}, 0, false
	}
	b.probing = b.state == breakerHalfOpen
	return permit{b.turn}, 0, true
}

// tell takes the result of a request. One that began before the last change of
// state says nothing about the state after it.
func (b *breaker) tell(p permit, r result, now time.Time) {
	if p.turn != b.turn {
		return
	}
	b.probing = false
	switch {
	case r == resultNone:
	case b.state == breakerHalfOpen && r == resultAnswered:
		b.move(breakerClosed)
	case b.state == breakerHalfOpen:
		b.open(now)
	case b.tooMany(r, now):
		b.open(now)
	}
}

func (b *breaker) open(now time.Time) {
	b.move(breakerOpen)
	b.until = now.Add(b.cfg.OpenFor)
}

func (b *breaker) move(to breakerState) {
	b.state = to
	b.turn++
	b.slots = [breakerSlots]breakerSlot{}
}

// tooMany counts the result and tells whether the window holds enough requests
// and enough of them failed.
func (b *breaker) tooMany(r result, now time.Time) bool {
	if b.origin.IsZero() {
		b.origin = now
	}
	epoch := max(0, int64(now.Sub(b.origin)/(b.cfg.Window/breakerSlots)))
	s := &b.slots[epoch%breakerSlots]
	if s.epoch != epoch {
		*s = breakerSlot{epoch: epoch}
	}
	s.requests++
	if r == resultFailed {
		s.failed++
	}
	requests, failed := 0, 0
	for _, s := range b.slots {
		if s.epoch > epoch-breakerSlots && s.epoch <= epoch {
			requests += s.requests
			failed += s.failed
		}
	}
	return requests >= b.cfg.MinRequests && failed*100 >= b.cfg.ErrorPercent*requests
}

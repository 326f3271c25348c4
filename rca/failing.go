package rca

import (
	"math"

	"github.com/otelheal/otelheal/event"
)

const (
	minBad   = 3  // failures: one or two are nobody's incident
	maxBreak = 60 // seconds that errors are looked back on where requests are few
)

// failing tells whether more fails than ever before. It looks at the newest
// seconds, from which on c is their sum, and where something failed in them at
// twice and at four times maxReach as well: of two requests a second, fifteen
// seconds are too few to tell a quarter failing from chance. What did not fail
// lately is over, and needs no incident; nor does what was one already.
func (e *Engine) failing(s *series, from int64, c *counts) (b breach, ok bool) {
	if c.bad == 0 {
		return b, false
	}
	latest := s.recent[len(s.recent)-1].sec
	for reach := int64(maxReach); reach <= maxBreak; reach *= 2 {
		if reach > maxReach {
			from = max(latest-reach+1, s.over)
		}
		x := s.tell(from)
		if x.bad < minBad || x.n < uint32(e.set.MinSamples) || x.usual.n < uint32(e.set.MinBaseline) {
			continue
		}
		high := e.errorHigh(x.usual, x.n)
		if share(x.bad, x.n) <= high {
			continue
		}
		if reach > maxReach {
			from = s.change(from, mostOf(x.usual))
		}
		all := s.sum(from, latest)
		b = breach{what: errorRatio, band: event.Band{High: high}, observed: all.badShare(), unit: "1", window: all}
		b.firstBad, b.until = span(s, from, func(c *counts) (int64, int64, bool) {
			return c.firstBad, c.lastBad, c.badShare() > high
		})
		return b, true
	}
	return b, false
}

// failures are how many of how many failed.
type failures struct{ bad, n uint32 }

// told is what failed in the newest seconds, and usually: in the baseline, less
// those seconds of it.
type told struct {
	failures
	usual failures
}

// tell counts from a second on. A fault of few requests is learnt for a while
// before it can be told from chance.
func (s *series) tell(from int64) (x told) {
	x.usual = failures{s.base.bad, s.base.n}
	for i := len(s.recent) - 1; i >= 0 && s.recent[i].sec >= from; i-- {
		c := &s.recent[i]
		x.bad, x.n = x.bad+c.bad, x.n+c.n
		if c.learnt {
			x.usual.bad, x.usual.n = x.usual.bad-min(c.bad, x.usual.bad), x.usual.n-min(c.n, x.usual.n)
		}
	}
	return x
}

// change is the second of a failure, from the given one on, since which the errors
// are least like those of every day: the likeliest one to have begun with.
func (s *series) change(from int64, usual float64) int64 {
	best, at, x := 0.0, from, failures{}
	for i := len(s.recent) - 1; i >= 0 && s.recent[i].sec >= from; i-- {
		c := &s.recent[i]
		x.bad, x.n = x.bad+c.bad, x.n+c.n
		q := share(x.bad, x.n)
		if nats := float64(x.n) * divergence(q, usual); c.bad > 0 && q > usual && nats >= best {
			best, at = nats, c.sec
		}
	}
	return at
}

// windows are of how many lengths errors are looked at, each of which may be
// wrong by chance.
const windows = 3

// errorHigh is the highest error ratio that is normal: a material increase of the
// most that is usual, or what chance does to n requests if that is more.
func (e *Engine) errorHigh(usual failures, n uint32) float64 {
	p := mostOf(usual)
	return min(1, max(p+e.set.ErrorIncrease, chance(p, float64(max(n, uint32(e.set.MinSamples))), improbable+math.Log(windows))))
}

// mostOf is at most what the baseline may truly have, as young as it is.
func mostOf(usual failures) float64 {
	size := float64(usual.n)
	p := (float64(usual.bad) + 0.5) / (size + 1)
	return min(1, p+2*math.Sqrt(p*(1-p)/size)+1/size)
}

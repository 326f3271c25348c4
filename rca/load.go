package rca

import (
	"math"
	"time"
)

// load is the request rate of an entry service around an onset.
type load struct {
	before, peak float64
	rose         bool // before anything hurt, and it held
}

// fresh is how many seconds after an onset the seconds before it are still
// known: what was found then stands, since later they are forgotten.
const fresh = keepSeconds - 24

// loadOf tells how the load of a service was around the onset.
func (e *Engine) loadOf(i *incident, s *service) load {
	onset := i.Onset.UnixNano() / int64(time.Second)
	if l, ok := i.loads[s]; ok && e.g.now > onset+fresh {
		return l
	}
	l := load{before: float64(s.arrivals.base.n) / float64(max(int64(len(s.arrivals.blocks))*blockSeconds, 1))}
	if e.g.now > onset+fresh {
		return l
	}
	if r := s.arrivals.rate(onset-20, onset-6); r > 0 {
		l.before = r
	}
	rose := int64(0)
	for sec := onset - 5; sec <= onset+1; sec++ {
		r := s.arrivals.rate(sec, sec)
		if r >= e.set.OverloadFactor*l.before && rose == 0 {
			rose = sec
		}
		l.peak = max(l.peak, r)
	}
	l.rose = l.before > 0.5 && rose > 0 && rose <= onset && e.holds(s, l.before, rose)
	if i.loads == nil {
		i.loads = map[*service]load{}
	}
	i.loads[s] = l
	return l
}

// holds tells whether the load stayed up after it rose, as far as is known, by more
// than chance does: one second's burst is no overload, nor are five requests where
// two are usual. The rate before is known from about fifteen seconds.
func (e *Engine) holds(s *service, before float64, rose int64) bool {
	to := max(rose, min(rose+2, e.g.now-2))
	if s.arrivals.rate(rose, to) < e.set.OverloadFactor*before*0.9 {
		return false
	}
	to = max(rose, min(rose+9, e.g.now-2))
	usual := (before + 2*math.Sqrt(before/15)) * float64(to-rose+1)
	return burst(float64(s.arrivals.sum(rose, to).n), usual) >= improbable
}

// burst is how unlikely, in nats, n or more are where some are usual, by Chernoff's bound.
func burst(n, usual float64) float64 {
	if n <= usual {
		return 0
	}
	return n*math.Log(n/usual) - n + usual
}

// servedBefore is the rate at which an instance answered before the onset.
func (e *Engine) servedBefore(i *incident, inst *instance) float64 {
	onset := i.Onset.UnixNano() / int64(time.Second)
	if r, ok := i.rates[inst]; ok && e.g.now > onset+fresh {
		return r
	}
	if e.g.now > onset+fresh {
		return float64(inst.served.base.n) / float64(max(int64(len(inst.served.blocks))*blockSeconds, 1))
	}
	r := inst.served.rate(onset-20, onset-2)
	if i.rates == nil {
		i.rates = map[*instance]float64{}
	}
	i.rates[inst] = r
	return r
}

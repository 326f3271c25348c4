package rca

import (
	"math"
	"time"

	"github.com/otelheal/otelheal/event"
)

const (
	latencyQuantile = 0.9
	errorRatio      = "error_ratio"
	latency         = "latency_p90"
	maxReach        = 15 // seconds that a quiet series is looked back on
)

// symptom is an event.Symptom with what it is followed by.
type symptom struct {
	event.Symptom
	series *series     // error ratio or latency
	state  *agentState // or a state
	alert  string      // or an alert's fingerprint
	from   *service    // where it hurts; nil if the graph does not know
	to     *service    // the callee of an edge, else from
	inBand int64       // since when; 0: it is not
	peak   float64     // the worst observed, for people: what it was about when it is over
	agent  bool
}

// breach is what a series shows when it left its baseline.
type breach struct {
	what            string
	band            event.Band
	observed        float64
	unit            string
	firstBad, until int64 // ends of the first and the last bad sample
	window          counts
}

// window sums up the newest seconds: as few as possible, as many as it takes to
// judge. Nothing is returned if nothing is new.
func (e *Engine) window(s *series) (from int64, c counts) {
	n := len(s.recent)
	if n == 0 || s.recent[n-1].sec < e.g.now-3 {
		return 0, c
	}
	latest := s.recent[n-1].sec
	least := latest - max(2, int64(e.set.Blip/time.Second)+1)
	from = latest
	for i := n - 1; i >= 0 && s.recent[i].sec > latest-maxReach; i-- {
		if s.recent[i].sec < least && c.n >= uint32(e.set.MinSamples) {
			break
		}
		from = s.recent[i].sec
		c.merge(&s.recent[i].counts)
	}
	return from, c
}

// breachOf compares a series with its baseline.
func (e *Engine) breachOf(s *series) (b breach, ok bool) {
	if s.base.n < uint32(e.set.MinBaseline) {
		return b, false
	}
	from, c := e.window(s)
	if b, ok := e.failing(s, from, &c); ok {
		return b, true
	}
	if c.n < uint32(e.set.MinSamples) {
		return b, false
	}
	if s.slowOver == 0 || c.slow < 3 || share(c.slow, c.n) <= e.slowHigh(s, c.n) {
		return b, false
	}
	b = breach{
		what: latency, unit: "s", window: c, band: event.Band{High: float64(s.slowOver) / 1e9},
		observed: c.hist.quantile(latencyQuantile) / 1e9,
	}
	b.firstBad, b.until = span(s, from, func(c *counts) (int64, int64, bool) {
		return c.firstSlow, c.lastSlow, share(c.slow, c.n) > 1-latencyQuantile
	})
	return b, true
}

// improbable is how unlikely chance must be, in nats, before an error ratio is
// a symptom. Every series is looked at four times a second, of which one in ten
// or so is a new look: with a hundred series, 2 in 10⁷ keep a week free of
// false incidents. The bound that is used is loose by a factor of five to ten.
const improbable = 14

// slowHigh is the highest share of slow requests that is normal: a tenth, or what
// chance does to n requests if that is more.
func (e *Engine) slowHigh(s *series, n uint32) float64 {
	size := float64(s.base.n)
	p := (float64(s.base.hist.above(s.slowOver)) + 0.5) / (size + 1)
	p = min(1, p+2*math.Sqrt(p*(1-p)/size)+1/size)
	return max(1-latencyQuantile, chance(p, float64(n), improbable))
}

// chance is the share of n trials that succeed with probability p which chance
// exceeds as seldom as so many nats say, by Chernoff's bound: P(share ≥ q) ≤
// exp(-n·KL(q‖p)).
func chance(p, n, nats float64) float64 {
	low, high := p, 1.0
	for range 20 { // to a millionth
		q := (low + high) / 2
		if n*divergence(q, p) < nats {
			low = q
		} else {
			high = q
		}
	}
	return low
}

// divergence is the Kullback-Leibler divergence of two coins.
func divergence(q, p float64) float64 {
	d := 0.0
	if q > 0 {
		d += q * math.Log(q/p)
	}
	if q < 1 {
		d += (1 - q) * math.Log((1-q)/(1-p))
	}
	return d
}

// span is the stretch of bad samples, in the seconds that are bad as a whole:
// a single error before is the noise of every day.
func span(s *series, from int64, bad func(*counts) (first, last int64, is bool)) (first, last int64) {
	for i := range s.recent {
		if s.recent[i].sec < from {
			continue
		}
		if f, l, is := bad(&s.recent[i].counts); is {
			widen(&first, &last, f, l)
		}
	}
	return first, last
}

// demandBefore is the rate of requests in the half minute before the onset, or
// in its last ten seconds if that is less: a load that had fallen by itself, as
// after a rush, must not be waited for.
func demandBefore(s *series, onset int64) float64 {
	sec := onset / int64(time.Second)
	return min(s.rate(sec-30, sec-1), s.rate(sec-10, sec-1))
}

// follow brings the symptom up to date. Its band stays as it is.
func (s *symptom) follow(e *Engine, now int64) {
	switch {
	case s.series != nil:
		s.followSeries()
	case s.state != nil:
		s.followState()
	default:
		s.followAlert(e)
	}
	s.peak = max(s.peak, s.Observed)
	if !s.Band.Contains(s.Observed) {
		s.inBand = 0
	} else if s.inBand == 0 {
		s.inBand = now
	}
}

// followSeries looks at the last two to three seconds in which samples ended.
func (s *symptom) followSeries() {
	n := len(s.series.recent)
	if n == 0 {
		return
	}
	last := s.series.recent[n-1].last
	from := last/int64(time.Second) - 2
	c := s.series.sum(from, s.series.recent[n-1].sec)
	if c.n == 0 || !time.Unix(0, c.last).After(s.FreshAt) && time.Unix(0, c.first).Equal(s.WindowStart) && s.Demand == demand(&c) {
		return
	}
	s.WindowStart, s.FreshAt = time.Unix(0, c.first).UTC(), time.Unix(0, c.last).UTC()
	s.Demand = demand(&c)
	if s.What == errorRatio {
		s.Observed = c.badShare()
		return
	}
	s.Observed = c.hist.quantile(latencyQuantile) / 1e9
}

// demand is requests a second in the time that the samples cover.
func demand(c *counts) float64 {
	covered := max(float64(c.last-c.first)/1e9, 1)
	return float64(c.n) / covered
}

// followState takes any newer incarnation's state for the instance's.
func (s *symptom) followState() {
	s.Observed = 0
	if s.state.Status == event.AgentHealthy {
		s.Observed = 1
	}
	s.WindowStart, s.FreshAt = s.state.At.UTC(), s.state.At.UTC()
}

func (s *symptom) followAlert(e *Engine) {
	a := e.alerts[s.alert]
	if a == nil {
		return
	}
	s.Observed, s.FreshAt = 1, a.StartsAt.UTC()
	if a.Status == event.AlertResolved {
		s.Observed, s.FreshAt = 0, a.EndsAt.UTC()
	}
	s.WindowStart = s.FreshAt
}

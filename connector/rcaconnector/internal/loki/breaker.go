package loki

import "time"

// Breaker keeps from asking one that does not answer: after some failures in a
// row nobody is let through for a while, then one, whose fate decides. The zero
// value is closed. It is not safe for concurrent use.
type Breaker struct {
	failures int
	until    time.Time
}

// The limits of a Breaker.
const (
	maxFailures = 3
	BreakerRest = 30 * time.Second
)

// Allow tells whether one may be asked.
func (b *Breaker) Allow(now time.Time) bool { return !now.Before(b.until) }

// Done notes how it went.
func (b *Breaker) Done(now time.Time, ok bool) {
	if ok {
		*b = Breaker{}
		return
	}
	if b.failures++; b.failures >= maxFailures {
		b.until = now.Add(BreakerRest)
	}
}

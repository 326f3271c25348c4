package witness

import (
	"slices"
	"time"
)

// A recovery is some good seconds in a row: one may be luck. Where a fault hurts
// few requests even each of three may be, so they must be very good together.
const (
	inARow   = 3
	together = 0.98
)

// Limits say which second is a good one.
type Limits struct {
	Ratio float64 // at least
	P95   float64 // at most, in milliseconds
}

// Learn takes the limits from a time when all was well: the latency may triple,
// and there is always some room for the noise of a small machine.
func Learn(l Log) Limits {
	if len(l) == 0 {
		return Limits{Ratio: 0.95, P95: 1000}
	}
	p95s := make([]float64, len(l))
	for i, s := range l {
		p95s[i] = s.P95
	}
	slices.Sort(p95s)
	return Limits{Ratio: 0.95, P95: 3*p95s[len(p95s)/2] + 60}
}

// Good tells whether a user would call the second a good one.
func (m Limits) Good(s Second) bool { return s.Sent > 0 && s.Ratio() >= m.Ratio && s.P95 <= m.P95 }

// Restored returns when the first of three good seconds in a row began, at or
// after from.
func (m Limits) Restored(l Log, from time.Time) (time.Time, bool) {
	run := 0
	since := l.Since(from)
	for i, s := range since {
		if !m.Good(s) {
			run = 0
			continue
		}
		if run++; run >= inARow && since[i-inARow+1:i+1].Ratio() >= together {
			return since[i-inARow+1].At(), true
		}
	}
	return time.Time{}, false
}

// FirstBad returns when the first bad second in [from, to) began.
func (m Limits) FirstBad(l Log, from, to time.Time) (time.Time, bool) {
	for _, s := range l.Between(from, to) {
		if !m.Good(s) {
			return s.At(), true
		}
	}
	return time.Time{}, false
}

// Well tells whether the last n seconds were all good.
func (m Limits) Well(l Log, n int) bool {
	if len(l) < n {
		return false
	}
	for _, s := range l[len(l)-n:] {
		if !m.Good(s) {
			return false
		}
	}
	return true
}

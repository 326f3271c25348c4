package rca

import "time"

const (
	// maxLag is how many seconds spans may come late: SDKs send them each five at the
	// latest unless told otherwise, a collector on the way may wait as long again.
	maxLag = 10
	// lagFades is how many seconds it takes for a lag to be forgotten by two thirds.
	lagFades = 60
)

// late notes how long after its end a span came.
func (s *service) late(by int64) {
	s.lag = max(s.lag, min(by, maxLag*int64(time.Second)))
}

// due is when the first word of an incident may be said: when the spans have come of
// whoever may be to blame. Said before, it would blame those whose spans come first.
// What was told or seen does not wait.
func (e *Engine) due(i *incident) int64 {
	lag, region := int64(0), map[*service]bool{}
	for k := range i.symptoms {
		s := &i.symptoms[k]
		if s.series == nil {
			return i.settleAt
		}
		if s.from != nil {
			lag = max(lag, s.from.lag)
		}
		if s.to != nil {
			downstream(s.to, region)
		}
	}
	for s := range region {
		lag = max(lag, s.lag)
	}
	return max(i.settleAt, i.Onset.UnixNano()+int64(e.set.Settle)+lag)
}

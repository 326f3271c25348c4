package anomalyprocessor

import "time"

// budget shares out what chance may cost. A user thinks in false incidents a
// week for the whole system; a series needs a chance per value.
//
// Anomalies open no incident, they only take part in one that symptoms opened.
// So many of them come to one false incident at most: days without a fault in
// which there were 2,400, by an older and laxer rule, opened none (test/eval).
const corroboration = 1000

// The chance per value stays between these. Stricter, true faults of a series
// that has only hours of past would go unseen; laxer, a small system would show
// an anomaly a day of each series and call it none.
const (
	strictest = 2e-5
	laxest    = 1e-4
)

const week = 7 * 24 * time.Hour

type budget struct {
	incidents float64 // per week
	rate      float64 // values judged per second, smoothed
	seasoned  uint64  // values judged by their own past when last looked at
	byChance  float64 // anomalies that chance alone would have opened at most
	chance    float64
}

// look takes the number of values judged since the last look and the count of
// seasoned ones so far, and returns the chance for the next.
func (b *budget) look(values int64, seasoned uint64, passed time.Duration) float64 {
	if passed > 0 {
		const smooth = 0.05
		now := float64(values) / passed.Seconds()
		if b.rate == 0 {
			b.rate = now
		}
		b.rate += smooth * (now - b.rate)
	}
	b.byChance += b.chance * float64(seasoned-b.seasoned)
	b.seasoned = seasoned
	perWeek := max(1, b.rate*week.Seconds())
	b.chance = max(strictest, min(laxest, b.incidents*corroboration/perWeek))
	return b.chance
}

// Package witness judges what the load generator saw from outside of the shop,
// second by second. Nothing in it comes from otelheal.
package witness

import (
	"slices"
	"time"
)

// Second is what one second of requests came to.
type Second struct {
	T    int64   `json:"t"` // its beginning, unix milliseconds
	Sent int     `json:"sent"`
	OK   int     `json:"ok"`
	P50  float64 `json:"p50_ms"`
	P95  float64 `json:"p95_ms"`
	Max  float64 `json:"max_ms"`
}

// At is when the second began.
func (s Second) At() time.Time { return time.UnixMilli(s.T) }

// Ratio is the share of requests that succeeded; a second without requests
// saw nothing fail.
func (s Second) Ratio() float64 {
	if s.Sent == 0 {
		return 1
	}
	return float64(s.OK) / float64(s.Sent)
}

// Log is what was seen so far, in order.
type Log []Second

// Since returns the seconds that began at or after from.
func (l Log) Since(from time.Time) Log {
	i, _ := slices.BinarySearchFunc(l, from.UnixMilli(), func(s Second, t int64) int { return int(s.T - t) })
	return l[i:]
}

// Between returns the seconds that began in [from, to).
func (l Log) Between(from, to time.Time) Log {
	since := l.Since(from)
	return since[:len(since)-len(since.Since(to))]
}

// Ratio is the share over all seconds together.
func (l Log) Ratio() float64 {
	var all Second
	for _, s := range l {
		all.Sent += s.Sent
		all.OK += s.OK
	}
	return all.Ratio()
}

// Ratios are the ratios of all seconds.
func (l Log) Ratios() []float64 {
	ratios := make([]float64, len(l))
	for i, s := range l {
		ratios[i] = s.Ratio()
	}
	return ratios
}

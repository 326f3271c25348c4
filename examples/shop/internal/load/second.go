package load

import (
	"slices"
	"time"
)

// Second is one line of the witness: what became of the requests sent within one second. A request is ok if it was
// answered with a 2xx and a right, non-empty body within a second. Times are those until the answer, or until the line
// was written for requests that were still open then.
type Second struct {
	UnixMs int64   `json:"t"` // when the second began
	Sent   int     `json:"sent"`
	OK     int     `json:"ok"`
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	Max    float64 `json:"max_ms"`

	// Journeys has the same counts by kind of request: browse, add, view, checkout.
	Journeys map[string]Count `json:"journeys"`
	// Failures counts why requests were not ok: late, status, refused, body, dropped (by the generator itself, which keeps
	// at most 2000 open).
	Failures map[string]int `json:"failures,omitempty"`
}

// Count is a number of requests and how many of them were ok.
type Count struct {
	Sent int `json:"sent"`
	OK   int `json:"ok"`
}

// result is what became of one request.
type result struct {
	journey string
	failure string // empty if it was ok
	took    time.Duration
}

// sumUp makes the line of a second from its results.
func sumUp(start time.Time, results []result) Second {
	s := Second{UnixMs: start.UnixMilli(), Sent: len(results), Journeys: map[string]Count{}}
	var times []time.Duration
	for _, r := range results {
		c := s.Journeys[r.journey]
		c.Sent++
		if r.failure == "" {
			s.OK++
			c.OK++
		} else {
			if s.Failures == nil {
				s.Failures = map[string]int{}
			}
			s.Failures[r.failure]++
		}
		s.Journeys[r.journey] = c
		times = append(times, r.took)
	}
	slices.Sort(times)
	s.P50, s.P95, s.Max = quantile(times, 0.5), quantile(times, 0.95), quantile(times, 1)
	return s
}

// quantile is the nearest rank in sorted times, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := min(int(q*float64(len(sorted))), len(sorted)-1)
	return float64(sorted[rank].Microseconds()) / 1000
}

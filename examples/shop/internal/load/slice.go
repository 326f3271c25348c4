package load

import (
	"sync"
	"time"
)

// slice gathers the requests sent within one second.
type slice struct {
	start time.Time

	mu     sync.Mutex // guards what follows
	sent   []request
	open   int
	closed bool
}

type request struct {
	result
	began time.Time
	done  bool
}

func newSlice(start time.Time) *slice { return &slice{start: start} }

// begin notes a request; the function it returns notes its end. An end that comes after the slice was closed is too late
// to count.
func (s *slice) begin(journey string) func(failure string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.sent)
	s.sent = append(s.sent, request{result: result{journey: journey}, began: time.Now()})
	s.open++
	return func(failure string, took time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed {
			return
		}
		s.sent[i].done, s.sent[i].failure, s.sent[i].took = true, failure, took
		s.open--
	}
}

// settled tells whether nothing that happens from now on can change what became of the slice.
func (s *slice) settled(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open == 0 || now.Sub(s.start) > time.Second+patience+50*time.Millisecond
}

// close makes the line. What is open has waited for more than a second and so is late.
func (s *slice) close(now time.Time) Second {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	results := make([]result, 0, len(s.sent))
	for _, r := range s.sent {
		if !r.done {
			r.failure, r.took = failureLate, now.Sub(r.began)
		}
		results = append(results, r.result)
	}
	return sumUp(s.start, results)
}

package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// firstWord is the first emission, and when it came.
func (s *sim) firstWord() (first event.Incident, at time.Time) {
	s.t.Helper()
	for range 80 {
		if len(s.emitted) > 0 {
			return s.emitted[0], s.Now
		}
		s.Run(250 * time.Millisecond)
	}
	require.Fail(s.t, "no incident in 20 s")
	return first, at
}

func TestTheFirstWordComesSoonWhereSpansDo(t *testing.T) {
	for name, inject := range map[string]func(s *sim){
		"hang":  func(s *sim) { s.Find("cart-1").Hung = true },
		"slow":  func(s *sim) { s.Find("inventory-1").Slower = 300 * time.Millisecond },
		"error": func(s *sim) { s.Find("catalogue-1").Failing = 0.5 },
		"crash": func(s *sim) { s.Find("payment-1").Down = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSim(t, Settings{})
			s.Batch = time.Second
			s.Run(70 * time.Second)
			inject(s)
			first, at := s.firstWord()
			assert.LessOrEqual(t, at.Sub(first.OpenedAt), 2*time.Second)
		})
	}
}

// With exports every five seconds, the guilty one's spans come seconds after those of
// its victims.
func TestTheFirstWordWaitsForTheSpansOfWhoIsToBlame(t *testing.T) {
	for want, inject := range map[string]func(p *simProgram){
		"payment":   func(p *simProgram) { p.Slower = 400 * time.Millisecond },
		"inventory": func(p *simProgram) { p.Failing = 0.5 },
		"cart":      func(p *simProgram) { p.Slower = 400 * time.Millisecond },
		"catalogue": func(p *simProgram) { p.Failing = 0.5 },
	} {
		for k := range 5 {
			s := newSim(t, Settings{})
			s.Batch = 5 * time.Second
			s.Run(120*time.Second + time.Duration(k)*time.Second)
			for _, p := range s.Programs[want] {
				inject(p)
			}
			broke := s.Now
			first, at := s.firstWord()
			assert.Equal(t, want, first.Cause.Target.Entity.Service, "broken at second %d", k)
			assert.LessOrEqual(t, at.Sub(broke), 12*time.Second)
		}
	}
}

// What was seen does not wait for spans.
func TestWhatWasSeenIsSaidAtOnce(t *testing.T) {
	s := newSim(t, Settings{})
	s.Batch = 5 * time.Second
	s.Run(120 * time.Second)
	p := s.Find("checkout-1")
	p.Down = true
	s.State(p, event.AgentExited, "exit status 2")
	_, at := s.firstWord()
	assert.LessOrEqual(t, at.Sub(s.emitted[0].OpenedAt), 1250*time.Millisecond)
}

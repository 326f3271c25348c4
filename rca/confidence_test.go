package rca

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// Nats grow with traffic, and so do their leads: a hundred times the requests must not
// make a coin's throw a certainty.
func TestALeadCountsByWhatScoresMayBeOff(t *testing.T) {
	a, b := &service{}, &service{}
	seen := &event.AgentState{Status: event.AgentExited}
	for _, c := range []struct {
		name          string
		first, second float64
		seen          bool
		least, most   float64
	}{
		{"33 of 957", 957, 924, false, 0.5, 0.9},
		{"3 of 141", 141, 138, false, 0, 0.5},
		{"far ahead of much", 957, 400, false, 0.97, 1},
		{"ahead of nothing much", 12, 1, false, 0.97, 1},
		{"3 of 4", 4, 1, false, 0.85, 0.9},
		{"seen", 144, 138, true, 0.97, 1},
	} {
		list := []candidate{{svc: a, kind: event.KindSlow, score: c.first}, {svc: b, kind: event.KindSlow, score: c.second}}
		if c.seen {
			list[0].state = seen
		}
		got := confidence(list)
		assert.GreaterOrEqual(t, got, c.least, c.name)
		assert.LessOrEqual(t, got, c.most, c.name)
	}
}

func TestTheFirstStaysUnlessAnotherIsClearlyAhead(t *testing.T) {
	a, b := &service{}, &service{}
	seen := &event.AgentState{Status: event.AgentExited}
	for _, c := range []struct {
		name   string
		lead   float64 // of another one
		state  *event.AgentState
		passes bool
	}{
		{"by what sums may be off", 5, nil, false},
		{"clearly", 60, nil, true},
		{"by what was seen", 5, seen, true},
	} {
		old := []candidate{{svc: a, kind: event.KindSlow, score: 400}}
		list := steady(old, []candidate{{svc: b, score: 400 + c.lead, state: c.state}, {svc: a, score: 400}})
		assert.Equal(t, c.passes, list[0].svc == b, c.name)
	}
}

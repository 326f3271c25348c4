package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestIncidentIsAboutTheLifeOfItsOnset(t *testing.T) {
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	st := &agentState{}
	born := func(s int, incarnation, release string) {
		st.AgentState = event.AgentState{Incarnation: event.Incarnation(incarnation), Release: release, Since: at(s)}
		st.live(st.AgentState)
	}
	born(50, "1", "v1") // since when it was healthy, not since when it lives
	assert.Equal(t, event.Incarnation("1"), st.at(at(10)).incarnation, "the first known life has no known beginning")

	born(100, "2", "v2")
	assert.Equal(t, "v1", st.at(at(90)).release, "replaced after the onset")
	assert.Equal(t, "v2", st.at(at(110)).release, "replaced before it")

	st.failed = event.AgentState{Incarnation: "2", Status: event.AgentUnhealthy}
	assert.Equal(t, event.Incarnation("2"), st.at(at(90)).incarnation, "it was seen to fail itself")

	for n := range 2 * maxLives {
		born(200+n, string(rune('a'+n)), "v3")
	}
	assert.Len(t, st.lives, maxLives)
}

package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

func TestTheSummaryJoinsTheCauseAndWhatHurts(t *testing.T) {
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Find("inventory-1").Entity.Instance = "c43d819c-2641-6fa8-f3ee-1e1b5c5c3155"
	s.Run(60 * time.Second)
	s.Programs["inventory"][0].Hung = true
	s.Run(8 * time.Second)
	open := s.last()
	assert.Regexp(t, `^shop/inventory@c43d819c hangs, so that \d+ % of `, open.Summary)
	assert.Contains(t, open.Cause.Why, "shop/inventory@c43d819c get no answer")
	assert.Equal(t, "c43d819c-2641-6fa8-f3ee-1e1b5c5c3155", open.Cause.Target.Entity.Instance, "of what is acted on, all of it")
	require.Greater(t, open.Blast.RequestShare, 0.5)

	s.Programs["inventory"][0].Hung = false
	s.Run(40 * time.Second)
	over := s.last()
	require.Equal(t, event.IncidentResolved, over.Status)
	assert.GreaterOrEqual(t, over.Blast.RequestShare, open.Blast.RequestShare, "how far it reached")
}

func TestWhatHurtsItselfIsNotItsOwnConsequence(t *testing.T) {
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Run(60 * time.Second)
	s.Find("frontend-1").Slower = 300 * time.Millisecond
	s.Run(8 * time.Second)
	assert.Regexp(t, `^frontend-1 is slow: a tenth of `, s.last().Summary)
}

func TestTheChainGoesByWhoHurts(t *testing.T) {
	e := New(Settings{})
	at := func(name string) *service { return e.g.service(event.Entity{Service: name}) }
	for _, c := range [][2]string{
		{"thumbs", "redis"}, {"edge", "thumbs"}, {"profile", "redis"}, {"feed", "profile"}, {"edge", "feed"},
	} {
		e.g.edge(at(c[0]), at(c[1]))
	}
	chain := func(hurt ...string) []string {
		i := &incident{ranked: []candidate{{svc: at("redis")}}}
		i.Cause.Target.Entity = at("redis").entity
		for _, name := range hurt {
			i.symptoms = append(i.symptoms, symptom{from: at(name), to: at(name)})
		}
		return e.chain(i)
	}
	assert.Equal(t, []string{"redis", "profile", "feed", "edge"}, chain("profile", "feed", "edge"))
	assert.Equal(t, []string{"redis", "thumbs", "edge"}, chain("edge"), "the shortest, if nobody between hurts")
	assert.Equal(t, []string{"redis"}, chain())
}

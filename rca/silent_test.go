package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// quietly is a shop in which checkout traces what it serves and not whom it calls.
func quietly(t *testing.T) *sim {
	s := newSim(t, Settings{})
	s.Rate = 10
	for _, p := range s.Programs["checkout"] {
		p.Quiet = true
	}
	s.Run(time.Minute)
	return s
}

func TestACalleeThatFellSilentIsBlamedButNotSurely(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(*simProgram)
	}{
		{"it is down", func(p *simProgram) { p.Down = true }},
		{"it hangs", func(p *simProgram) { p.Hung = true }},
	} {
		s := quietly(t)
		c.do(s.Find("cart-1"))
		s.Run(40 * time.Second)
		i := s.last()
		assert.Equal(t, "cart", i.Cause.Target.Entity.Service, "%s: %s", c.name, i.Summary)
		assert.Equal(t, event.KindCrash, i.Cause.Kind, c.name)
		assert.LessOrEqual(t, i.Confidence, 0.5, "%s: it may as well not have been called", c.name)
	}
}

func TestWhoIsStillHeardDidNotFallSilent(t *testing.T) {
	t.Parallel()
	s := quietly(t)
	s.Find("cart-1").Failing = 0.6
	s.Run(40 * time.Second)
	i := s.last()
	assert.Equal(t, "cart", i.Cause.Target.Entity.Service, i.Summary)
	assert.Equal(t, event.KindErrors, i.Cause.Kind)
	assert.Greater(t, i.Confidence, 0.8)
}

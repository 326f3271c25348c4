package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/shopsim"
)

// word spells a number in letters: a name that nothing can tell from a real one.
func word(n int) string {
	b := []byte("aaaa")
	for k := len(b) - 1; k >= 0; k-- {
		b[k] += byte(n % 26)
		n /= 26
	}
	return string(b)
}

// A program that puts what it looks for into the names of its spans has no room for
// them in any slice, and other ones in each. That is no change.
func TestAThousandNamesOfSpansAreNoCause(t *testing.T) {
	s := newSim(t, Settings{EmitInterval: time.Second})
	n := 0
	s.Change = func(sp *shopsim.Span) bool {
		if sp.Entity.Service == "checkout" && sp.Kind == shopsim.KindClient {
			n++
			sp.Name = "find " + word(n*7919%17576)
		}
		return true
	}
	s.Run(5 * time.Minute)
	s.Find("catalogue-1").Failing = 0.3
	s.Run(8 * time.Second)
	got := s.last()
	assert.Equal(t, "catalogue", got.Cause.Target.Entity.Service)
	assert.Equal(t, event.KindErrors, got.Cause.Kind)
	for _, c := range s.e.incidents[0].ranked[1:] {
		assert.NotEqual(t, "checkout", c.svc.entity.Service, "nothing is wrong with it: %v", c.score)
	}
}

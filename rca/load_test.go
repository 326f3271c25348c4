package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// Two requests a second are five in some seconds.
func TestFewRequestsMoreAreNoOverload(t *testing.T) {
	for n, want := range map[float64]bool{2: false, 6: false, 12: false, 25: true} {
		assert.Equal(t, want, burst(n, 2.8) >= improbable, "%v where 2.8 are usual", n)
	}
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Rate = 3
	s.Run(2 * time.Minute)
	for range 3 {
		s.BankDown = true
		s.Run(20 * time.Second)
		assert.Equal(t, event.KindDependency, s.last().Cause.Kind)
		s.BankDown = false
		s.Run(2 * time.Minute)
	}
}

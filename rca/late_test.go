package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/shopsim"
)

// What fails at once is not explained by milliseconds, however sure they are.
func TestErrorsAreNotExplainedByMilliseconds(t *testing.T) {
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Run(90 * time.Second)
	s.Find("catalogue-1").Failing = 0.2
	s.DBSlower = 6 * time.Millisecond
	s.Run(10 * time.Second)
	assert.Equal(t, "catalogue", s.last().Cause.Target.Entity.Service)
	assert.Equal(t, event.KindErrors, s.last().Cause.Kind)
	assert.GreaterOrEqual(t, s.last().Confidence, 0.85)
}

// Callers that time out fail late: there, time matters.
func TestTimeOutsAreLate(t *testing.T) {
	s := newSim(t, Settings{})
	s.Run(60 * time.Second)
	s.Find("inventory-1").Slower = 1500 * time.Millisecond
	s.Run(6 * time.Second)
	assert.Equal(t, errorRatio, s.last().Symptoms[0].What)
	assert.True(t, s.e.late(s.e.incidents[0]))
}

// Callers that cope with a hang are slow, and it is a hang all the same.
func TestAHangThatCallersCopeWith(t *testing.T) {
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Change = func(sp *shopsim.Span) bool {
		if sp.Kind == shopsim.KindServer && sp.Entity.Service != "payment" || sp.Entity.Service == "frontend" {
			sp.Failure, sp.Error = shopsim.FailureNone, ""
		}
		return true
	}
	s.Run(60 * time.Second)
	s.Find("payment-2").Hung = true
	s.Run(8 * time.Second)
	assert.Equal(t, event.KindHang, s.last().Cause.Kind)
	assert.Equal(t, "payment-2", s.last().Cause.Target.Entity.Instance)
}

package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// The errors of a fault that is over are none of a new one, however long errors are
// looked back on.
func TestAFaultThatIsOverIsNoNewOne(t *testing.T) {
	s := newSim(t, Settings{})
	p := s.Find("catalogue-1")
	p.Failing = 0.04
	s.Run(4 * time.Minute)
	p.Failing = 1
	s.Run(20 * time.Second)
	p.Failing = 0.04
	s.Run(90 * time.Second)
	assert.Len(t, s.ids(), 1)
	assert.Equal(t, event.ResolvedRecovered, s.last().Resolution)

	p.Failing = 0.5
	s.Run(10 * time.Second)
	assert.Len(t, s.ids(), 2, "the next one is found")
}

package rca

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestTheResourceThatWasFirstNamesTheKind(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name        string
		cpu, memory time.Duration // of their onsets
		want        event.Kind
	}{
		{"a busy loop, requests pile up", 0, 3 * time.Second, event.KindCPU},
		{"a leak, its collector works", 20 * time.Second, 0, event.KindMemory},
		{"both at once", 0, 0, event.KindMemory},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := candidate{
				cpu:    &event.Anomaly{Score: 40, Onset: at.Add(c.cpu)},
				memory: &event.Anomaly{Score: 40, Onset: at.Add(c.memory)},
			}
			assert.Equal(t, c.want, x.resource())
		})
	}
}

// A busy process has more stacks in the same second, which is no lack of memory.
func TestLittleMemoryNamesNoKind(t *testing.T) {
	for _, c := range []struct {
		name                     string
		unit                     string
		observed, expected, more float64
	}{
		{"stacks", "By", 2.9e6, 6e5, 2.3e6},
		{"a heap", "MiBy", 150, 20, 130 << 20},
		{"a share", "1", 0.9, 0.2, math.Inf(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &event.Anomaly{Unit: c.unit, Observed: c.observed, Expected: c.expected}
			if got := heldMore(a); got != c.more {
				assert.InDelta(t, c.more, got, 1)
			}
		})
	}
	s := newSim(t, Settings{EmitInterval: time.Second})
	s.Run(time.Minute)
	p := s.Find("payment-2")
	p.Slower = 200 * time.Millisecond
	s.Run(1500 * time.Millisecond)
	s.anomaly(p, "process.cpu.utilization", 0.98, 0.05, 30)
	s.e.AddAnomaly(event.Anomaly{
		Entity: p.Entity, Metric: "go.memory.used", Unit: "By", Aspect: "value", Observed: 2.9e6, Expected: 6e5,
		Score: 80, Onset: s.Now, At: s.Now, Deviation: 1,
	}, s.Now)
	s.Run(5 * time.Second)
	assert.Equal(t, event.KindCPU, s.last().Cause.Kind)
}

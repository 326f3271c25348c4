package rca

import (
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

package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// counted plays counts of three services in a row, every five seconds: the last one
// fails, or is slow, and who calls it passes that on.
func counted(t *testing.T, e *Engine, from, to int, bad uint32, about time.Duration) (out []event.Incident) {
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	name := func(s string) event.Entity { return event.Entity{Service: s} }
	for k := from; k < to; k++ {
		end := start.Add(time.Duration(k+1) * 5 * time.Second)
		times := []Count{{about, 100}}
		var list []Calls
		for _, x := range [][2]string{{"user", "shop"}, {"shop", "cart"}, {"cart", "store"}} {
			list = append(list, Calls{From: name(x[0]), To: name(x[1]), Start: end.Add(-5 * time.Second), End: end, N: 100, Bad: bad, Times: times})
		}
		e.AddCalls(list, end)
		for tick := range 20 {
			for _, i := range e.Tick(end.Add(time.Duration(tick) * 250 * time.Millisecond)) {
				require.NoError(t, i.Validate())
				out = append(out, i)
			}
		}
	}
	return out
}

func TestCountsBlameTheLastThatWentWrong(t *testing.T) {
	for name, c := range map[string]struct {
		bad   uint32
		about time.Duration
		kind  event.Kind
	}{
		"errors": {40, 10 * time.Millisecond, event.KindErrors},
		"slow":   {0, 900 * time.Millisecond, event.KindSlow},
	} {
		t.Run(name, func(t *testing.T) {
			e := New(Settings{})
			require.Empty(t, counted(t, e, 0, 24, 0, 10*time.Millisecond))
			out := counted(t, e, 24, 30, c.bad, c.about)
			require.NotEmpty(t, out)
			last := out[len(out)-1]
			assert.Equal(t, "store", last.Cause.Target.Entity.Service)
			assert.Equal(t, c.kind, last.Cause.Kind)
			assert.Greater(t, last.Confidence, 0.5)
			assert.Subset(t, last.Blast.Services, []string{"cart", "shop", "store"})
		})
	}
}

func TestCountsOfTracedServicesTellNothingNew(t *testing.T) {
	e := New(Settings{})
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, s := range []string{"a", "b"} {
		e.AddSpan(&Span{TraceID: [16]byte{1}, SpanID: [8]byte{1}, Kind: KindServer, Entity: event.Entity{Service: s}, Start: now.Add(-time.Second), End: now}, now)
	}
	e.AddCalls([]Calls{{From: event.Entity{Service: "a"}, To: event.Entity{Service: "b"}, Start: now.Add(-5 * time.Second), End: now, N: 9}}, now)
	a := e.g.services[serviceKey{"", "a"}]
	assert.Empty(t, a.out)
}

// Parts of a number add up to it, whatever is counted and for how long.
func TestSpreadCountsAddUp(t *testing.T) {
	end := time.Unix(1_000_000, 0)
	for _, seconds := range []int{0, 1, 3, 10, 60} {
		for _, n := range []uint32{0, 1, 7, 1000} {
			var s series
			addCounts(&s, &Calls{Start: end.Add(-time.Duration(seconds) * time.Second), End: end, N: n, Bad: n / 2, Times: []Count{{time.Second, n}}}, int64(time.Millisecond))
			c := s.sum(0, 2_000_000)
			assert.Equal(t, n, c.n)
			assert.Equal(t, n/2, c.bad)
			assert.Equal(t, n, c.slow)
			assert.EqualValues(t, n, c.hist.count())
		}
	}
}

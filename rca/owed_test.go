package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// A call that got a status was answered, and the span of who gave it may come seconds
// later. If he sends none any more, it was a proxy's.
func TestAnAnswerOfWhichNoSpanTellsYet(t *testing.T) {
	for _, c := range []struct {
		name   string
		silent time.Duration // of the callee
		owed   bool
	}{
		{"its callee sent spans just now", time.Second, true},
		{"its callee is silent for long", 20 * time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, now := New(Settings{}), time.Unix(1_800_000_000, 0)
			add := func(trace, span, parent byte, s Span) {
				s.TraceID, s.SpanID, s.Name = [16]byte{15: trace}, [8]byte{span}, "op"
				if parent != 0 {
					s.ParentID = [8]byte{parent}
				}
				s.Start, s.End = now.Add(-20*time.Millisecond), now.Add(-10*time.Millisecond)
				e.AddSpan(&s, now)
			}
			call := Span{Kind: KindClient, Entity: event.Entity{Service: "web"}, Peer: Peer{Address: "10.0.0.7"}}
			add(1, 1, 0, call)
			add(1, 2, 1, Span{Kind: KindServer, Entity: event.Entity{Service: "bank"}})
			now = now.Add(2 * time.Second)
			e.Tick(now)
			now = now.Add(c.silent)
			call.Failure, call.Outcome, call.Responded = FailureError, "HTTP 503", true
			add(2, 1, 0, call)
			now = now.Add(2 * time.Second)
			e.Tick(now)
			require.Len(t, e.rec.spans, 1)
			assert.Equal(t, c.owed, e.rec.spans[0].Owed)
		})
	}
}

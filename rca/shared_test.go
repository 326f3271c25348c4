package rca

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// Whichever half arrives first, the callee that fails is the cause, and the
// caller's own time does not hold the callee's.
func TestBothSidesOfACallShareAnID(t *testing.T) {
	for name, serverFirst := range map[string]bool{"client first": false, "server first": true} {
		t.Run(name, func(t *testing.T) {
			e := New(Settings{})
			now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
			n := uint64(0)
			run := func(seconds int, failure Failure) (last []event.Incident) {
				for range seconds * 20 {
					n++
					var trace [16]byte
					binary.BigEndian.PutUint64(trace[8:], n)
					span := func(service string, id, parent byte, kind SpanKind, inset time.Duration) Span {
						s := Span{
							TraceID: trace, SpanID: [8]byte{id}, ParentID: [8]byte{parent}, Kind: kind, Name: "/pay", Failure: failure,
							Entity: event.Entity{Service: service, Instance: service + "-1"}, Start: now.Add(-20*time.Millisecond + inset), End: now.Add(-inset),
						}
						if failure != FailureNone {
							s.Error = "500"
						}
						return s
					}
					spans := []Span{
						span("frontend", 1, 0, KindServer, 0), span("frontend", 2, 1, KindClient, time.Millisecond),
						span("payment", 2, 1, KindServer, 2*time.Millisecond),
					}
					if serverFirst {
						spans[1], spans[2] = spans[2], spans[1]
					}
					for k := range spans {
						e.AddSpan(&spans[k], now)
					}
					now = now.Add(50 * time.Millisecond)
					if out := e.Tick(now); len(out) > 0 {
						last = out
					}
				}
				return last
			}
			require.Empty(t, run(40, FailureNone))
			frontend, payment := e.g.services[serviceKey{"", "frontend"}], e.g.services[serviceKey{"", "payment"}]
			assert.Contains(t, frontend.out, payment)
			out := run(6, FailureError)
			require.NotEmpty(t, out)
			assert.Equal(t, "payment", out[0].Cause.Target.Entity.Service)
		})
	}
}

package rca

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// A trace is counted before it is known who answers a call, and taken back when
// more of its spans come: then it is known, and another instance has come up.
func TestWhatIsTakenBackIsWhatWasGiven(t *testing.T) {
	e, now := New(Settings{}), time.Unix(1_800_000_000, 0)
	add := func(trace, span, parent byte, kind SpanKind, service, instance string) {
		s := Span{
			TraceID: [16]byte{15: trace}, SpanID: [8]byte{span}, Kind: kind, Entity: event.Entity{Service: service, Instance: instance},
			Name: "op", Start: now.Add(-20 * time.Millisecond), End: now.Add(-10 * time.Millisecond), Peer: Peer{Address: "10.0.0.7"},
		}
		if parent != 0 {
			s.ParentID = [8]byte{parent}
		}
		e.AddSpan(&s, now)
	}
	tick := func() {
		now = now.Add(2 * time.Second)
		e.Tick(now)
	}
	add(1, 1, 0, KindServer, "web", "web-1")
	add(1, 2, 1, KindClient, "web", "web-1")
	tick()
	given := slices.Clone(e.rec.spans)
	require.Len(t, given, 2)

	for k := byte(2); k < 6; k++ {
		add(k, 1, 0, KindClient, "web", "web-2")
		add(k, 2, 1, KindServer, "bank", "bank-1")
	}
	tick()

	tr := e.traces.byID[[16]byte{15: 1}]
	callee, _ := tr.spans[1].peer.callee()
	require.Equal(t, "bank", callee.entity.Service, "it is known by now")
	e.j.t = tr
	e.j.link()
	e.rec.fill(&e.j, tr, 0)
	assert.Equal(t, given, e.rec.spans)

	add(1, 3, 2, KindServer, "bank", "bank-1")
	tick()
	assert.Equal(t, callee.id, e.rec.spans[1].Peer, "counted anew by what is known now")
}

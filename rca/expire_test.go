package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// Of a database and a third party, nothing but calls tells that they are there.
func TestWhoSendsNoSpansIsRememberedWhileItIsCalled(t *testing.T) {
	s := newSim(t, Settings{Window: time.Minute, EmitInterval: time.Second})
	s.Run(150 * time.Second) // two windows and more
	payment := s.e.g.services[serviceKey{"shop", "payment"}]
	bank := s.e.g.services[serviceKey{"", "bank.example:443"}]
	require.Contains(t, payment.out, bank)
	assert.Greater(t, payment.out[bank].calls.base.n, uint32(500), "its baseline is that of a minute")
	s.BankDown = true
	s.Run(6 * time.Second)
	assert.Equal(t, event.Target{Entity: event.Entity{Service: "bank.example:443"}}, s.last().Cause.Target)
}

// A call after a long time finds a service that is in the graph.
func TestWhoIsCalledAgainAfterALongTime(t *testing.T) {
	e, now := New(Settings{Window: time.Minute}), time.Unix(1_800_000_000, 0)
	span := func(id byte, name string, kind SpanKind, peer Peer) {
		e.AddSpan(&Span{
			TraceID: [16]byte{id}, SpanID: [8]byte{id}, Kind: kind, Entity: event.Entity{Service: "web"}, Name: name,
			Start: now.Add(-time.Millisecond), End: now, Peer: peer,
		}, now)
	}
	bank := Peer{Address: "bank.example:443"}
	span(1, "pay", KindClient, bank)
	for range 200 {
		now = now.Add(time.Second)
		span(2, "GET /", KindServer, Peer{})
		e.Tick(now)
	}
	require.NotContains(t, e.g.services, serviceKey{"", "bank.example:443"}, "it is forgotten")
	span(3, "pay", KindClient, bank)
	require.Contains(t, e.g.services, serviceKey{"", "bank.example:443"})
	assert.Len(t, e.g.services[serviceKey{"", "web"}].out, 1)
}

package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

func TestAConsumerIsCalledByWhomItLinksTo(t *testing.T) {
	e := New(Settings{})
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	producer := Span{
		TraceID: [16]byte{1}, SpanID: [8]byte{1}, Kind: KindProducer, Name: "publish", Entity: event.Entity{Service: "shop"},
		Start: now.Add(-time.Second), End: now, Peer: Peer{System: "kafka", Address: "broker:9092"},
	}
	consumer := Span{
		TraceID: [16]byte{2}, SpanID: [8]byte{2}, Kind: KindConsumer, Name: "process", Entity: event.Entity{Service: "mailer"},
		Start: now, End: now.Add(time.Second), Links: []Link{{TraceID: [16]byte{1}, SpanID: [8]byte{1}}, {TraceID: [16]byte{9}}},
	}
	e.AddSpan(&producer, now)
	e.AddSpan(&consumer, now.Add(time.Second))
	shop, mailer := e.g.services[serviceKey{"", "shop"}], e.g.services[serviceKey{"", "mailer"}]
	require.NotNil(t, mailer)
	assert.Contains(t, shop.out, mailer)
	assert.True(t, mailer.serves)
}

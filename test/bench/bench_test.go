package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// BenchmarkSpans is the time of a batch, per span, with the copy that all pay for.
func BenchmarkSpans(b *testing.B) {
	b.Run("copy", func(b *testing.B) { perSpan(b, nil) })
	for _, c := range candidates() {
		b.Run(c.name, func(b *testing.B) {
			t, err := c.start()
			require.NoError(b, err)
			defer func() { _ = t.Shutdown(b.Context()) }()
			perSpan(b, t)
		})
	}
}

func perSpan(b *testing.B, t taker) {
	b.ReportAllocs()
	s := newStamper()
	for b.Loop() {
		td := s.batch(time.Now())
		if t != nil {
			if err := t.ConsumeTraces(b.Context(), td); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*spansPerBatch), "ns/span")
}

// TestBatch holds what the figures rest on.
func TestBatch(t *testing.T) {
	s := newStamper()
	td := s.batch(time.Now())
	assert.Equal(t, spansPerBatch, td.SpanCount())
	ids := map[string]int{}
	for _, rs := range td.ResourceSpans().All() {
		for _, span := range rs.ScopeSpans().At(0).Spans().All() {
			ids[span.TraceID().String()]++
			assert.GreaterOrEqual(t, span.EndTimestamp(), span.StartTimestamp())
			assert.Equal(t, 10, span.Attributes().Len())
		}
	}
	assert.Len(t, ids, traces)
	for _, n := range ids {
		assert.Equal(t, spansPerTrace, n)
	}
}

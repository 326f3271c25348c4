package rca

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

func TestMergedHalvesEqualTheWhole(t *testing.T) {
	check := func(seed int64, n uint8) bool {
		rnd := rand.New(rand.NewSource(seed))
		var whole, a, b series
		whole.slowOver, a.slowOver, b.slowOver = 1e8, 1e8, 1e8
		for range int(n) + 1 {
			end := int64(1e18) + rnd.Int63n(30e9)
			took, bad := rnd.Int63n(1e9), rnd.Intn(5) == 0
			whole.add(end, took, bad)
			if rnd.Intn(2) == 0 {
				a.add(end, took, bad)
			} else {
				b.add(end, took, bad)
			}
		}
		x, y := a.sum(0, 1e10), b.sum(0, 1e10)
		x.merge(&y)
		return assert.ObjectsAreEqual(whole.sum(0, 1e10), x)
	}
	require.NoError(t, quick.Check(check, nil))
}

func TestBaselineIsBoundedAndSumsItsBlocks(t *testing.T) {
	var s series
	for sec := int64(1000); sec < 1300; sec++ {
		s.add(sec*1e9+1, int64(sec)*1e5, sec%7 == 0)
		s.fold(sec-10, sec < 1100 || sec > 1150, 5)
		require.LessOrEqual(t, len(s.blocks), 5)
		require.LessOrEqual(t, len(s.recent), keepSeconds+12)
		var sum counts
		for i := range s.blocks {
			sum.merge(&s.blocks[i].counts)
		}
		require.Equal(t, sum.n, s.base.n)
		require.Equal(t, sum.bad, s.base.bad)
		require.Equal(t, sum.hist.count(), s.base.hist.count())
	}
}

// hostile are spans as nobody should send them.
func TestHostileTraces(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	span := func(id, parent uint64, kind SpanKind) *Span {
		s := &Span{TraceID: [16]byte{1}, Kind: kind, Entity: event.Entity{Service: "s"}, Start: now.Add(-time.Second), End: now, Failure: FailureTimeout}
		binary.LittleEndian.PutUint64(s.SpanID[:], id)
		binary.LittleEndian.PutUint64(s.ParentID[:], parent)
		return s
	}
	for name, list := range map[string][]*Span{
		"cycle":          {span(1, 2, KindServer), span(2, 1, KindClient)},
		"itself":         {span(1, 1, KindServer)},
		"doubled":        {span(1, 0, KindServer), span(1, 0, KindServer), span(2, 1, KindClient), span(2, 1, KindClient)},
		"orphan":         {span(9, 8, KindServer)},
		"no identifiers": {{Entity: event.Entity{Service: "s"}, Start: now, End: now}},
		"end first":      {{Entity: event.Entity{Service: "s"}, Start: now, End: now.Add(-time.Hour)}},
		"far future":     {{Entity: event.Entity{Service: "s"}, Start: now, End: now.AddDate(200, 0, 0)}},
		"no service":     {{Start: now, End: now}},
	} {
		t.Run(name, func(t *testing.T) {
			e := New(Settings{})
			for _, s := range list {
				e.AddSpan(s, now)
				e.AddSpan(s, now)
			}
			for k := range 40 {
				assert.Empty(t, e.Tick(now.Add(time.Duration(k)*250*time.Millisecond)))
			}
		})
	}
}

func TestMemoryIsBounded(t *testing.T) {
	e := New(Settings{MaxBytes: 4 << 20})
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for k := range uint64(60_000) {
		s := Span{Kind: KindServer, Entity: event.Entity{Service: fmt.Sprint("s", k%3000), Instance: fmt.Sprint(k)}, Name: strings.Repeat("n", int(k%200)), Start: now, End: now}
		binary.LittleEndian.PutUint64(s.TraceID[:], k/100+1)
		binary.LittleEndian.PutUint64(s.SpanID[:], k+1)
		if k%3 == 0 {
			s.Kind, s.Peer = KindClient, Peer{Address: fmt.Sprint(k)}
		}
		e.AddSpan(&s, now)
		if k%10_000 == 0 {
			now = now.Add(time.Second)
			e.Tick(now)
		}
	}
	s := e.Stats()
	assert.LessOrEqual(t, len(e.g.services), maxServices+1)
	assert.Positive(t, s.DroppedOther)
	assert.Positive(t, s.DroppedFull)
	assert.LessOrEqual(t, e.traces.bytes, s.MaxBytes)
}

func TestOperation(t *testing.T) {
	for in, want := range map[string]string{
		"GET /orders/{id}":           "GET /orders/{id}",
		"GET /orders/12345":          "GET /orders/*",
		"EXEC stmt_9f8e7d6c5b4a3210": "EXEC *",
		"v2/users/7/carts":           "v2/users/*/carts",
		"Recommend_a8f3e1b2":         "Recommend_*",
		"find-c0ffeeb4 step_2":       "find-* step_2",
		"job 86d1cd1d-c117-7f37-fd3": "job *",
		"a\nb":                       "a b",
	} {
		assert.Equal(t, want, Operation(in))
	}
	assert.LessOrEqual(t, len(Operation(strings.Repeat("1/", 1000))), maxOperation)
}

func TestClassifyFailure(t *testing.T) {
	for in, want := range map[string]Failure{
		"context deadline exceeded (Client.Timeout exceeded while awaiting headers)": FailureTimeout,
		"dial tcp 127.0.0.1:20504: connect: connection refused":                      FailureUnreachable,
		"context canceled":               FailureCancelled,
		"ValueError: price is not right": FailureError,
		"":                               FailureError,
	} {
		assert.Equal(t, want, ClassifyFailure(in), in)
	}
}

package rca

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/otelheal/otelheal/event"
)

// benchSpans are whole traces of ten spans over five services.
func benchSpans(traces int, at time.Time) []Span {
	list := make([]Span, 0, traces*10)
	for t := range traces {
		for k := range 10 {
			s := Span{
				Kind: KindServer, Name: "GET /orders/{id}", Start: at.Add(-20 * time.Millisecond), End: at,
				Entity: event.Entity{Namespace: "shop", Service: fmt.Sprint("service-", k/2), Instance: fmt.Sprint("service-", k/2, "-", t%2)},
			}
			if k%2 == 1 {
				s.Kind, s.Peer = KindClient, Peer{Address: fmt.Sprintf("10.0.0.%d:80", k)}
			}
			binary.LittleEndian.PutUint64(s.TraceID[:], uint64(t+1))
			binary.LittleEndian.PutUint64(s.SpanID[:], uint64(k+1))
			binary.LittleEndian.PutUint64(s.ParentID[:], uint64(k))
			list = append(list, s)
		}
	}
	return list
}

// BenchmarkSpan is a span with everything that becomes of it: counted, held,
// judged, forgotten.
func BenchmarkSpan(b *testing.B) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	list := benchSpans(1000, now)
	e := New(Settings{})
	b.ReportAllocs()
	n, round := 0, uint64(0)
	for b.Loop() {
		if n == len(list) {
			n = 0
			round++
			now = now.Add(time.Second)
			e.Tick(now)
		}
		s := &list[n]
		s.Start, s.End = now.Add(-20*time.Millisecond), now
		binary.LittleEndian.PutUint64(s.TraceID[8:], round)
		e.AddSpan(s, now)
		n++
	}
}

// BenchmarkHeldSpan reports the bytes of heap per span that is held.
func BenchmarkHeldSpan(b *testing.B) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	list := benchSpans(10_000, now)
	var held, estimated float64
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := New(Settings{})
		for k := range list {
			e.AddSpan(&list[k], now)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		held = float64(after.HeapAlloc-before.HeapAlloc) / float64(e.Stats().HeldSpans)
		estimated = float64(e.Stats().Bytes) / float64(e.Stats().HeldSpans)
	}
	b.ReportMetric(held, "heapB/span")
	b.ReportMetric(estimated, "estimatedB/span")
}

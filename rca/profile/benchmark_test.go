package profile

import (
	"fmt"
	"math/rand"
	"testing"
)

// large is a profile of 500 services in a tree of calls, by so many traces.
func large(traces int, seed int64) *Profile {
	r := rand.New(rand.NewSource(seed))
	p := New(Limits{Contexts: 200_000, Segments: 50_000, Calls: 50_000})
	nodes := make([]ID, 500)
	ops := make([][]ID, len(nodes))
	for i := range nodes {
		nodes[i] = IDOf(fmt.Sprint("service", i))
		for k := range 5 {
			ops[i] = append(ops[i], IDOf(fmt.Sprint("op", i, k)))
		}
	}
	var col Collector
	spans := make([]Span, 0, 10)
	lines := make([]Line, 0, 30)
	for range traces {
		spans, lines = spans[:0], lines[:0]
		at, node := int64(1e9), 0
		for depth := range 10 {
			op := ops[node][r.Intn(5)]
			spans = append(spans, Span{
				Parent: int32(depth) - 1, Node: nodes[node], Op: op, Status: OK,
				Start: at, End: at + int64(20-2*depth)*1e6 + r.Int63n(1e6),
			})
			for k := range 3 {
				lines = append(lines, Line{Span: int32(depth), At: at + int64(k), Node: nodes[node], Sym: Combine(op, ID(k))})
			}
			at += 1e5
			node = (node*2 + 1 + r.Intn(2)) % len(nodes)
		}
		col.Collect(p, spans, lines, 1)
	}
	return p
}

func BenchmarkRanking500Services100kTraces(b *testing.B) {
	base, now := large(100_000, 1), large(10_000, 2)
	contexts, segments, _, _ := base.Len()
	b.ReportMetric(float64(contexts), "contexts")
	b.ReportMetric(float64(segments), "segments")
	for b.Loop() {
		Ranking(now, base)
	}
}

func BenchmarkCollect(b *testing.B) {
	r := rand.New(rand.NewSource(1))
	s := shop{r: r}
	spans, lines := s.trace()
	p := New(DefaultLimits())
	var col Collector
	b.ReportAllocs()
	for b.Loop() {
		col.Collect(p, spans, lines, 1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(spans)), "ns/span")
}

func BenchmarkMerge(b *testing.B) {
	base, slice := large(20_000, 1), large(500, 2)
	for b.Loop() {
		base.Merge(slice)
	}
}

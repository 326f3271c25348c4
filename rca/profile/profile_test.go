package profile

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// someTrace is a random tree of spans over a few services, with lines.
func someTrace(r *rand.Rand) (spans []Span, lines []Line) {
	n := 1 + r.Intn(12)
	for i := range n {
		s := Span{
			Parent: int32(r.Intn(i+1)) - 1, Node: IDOf(fmt.Sprint("s", r.Intn(4))), Op: IDOf(fmt.Sprint("o", r.Intn(3))),
			Status: OK, Start: int64(r.Intn(1e6)), Calls: r.Intn(3) == 0,
		}
		s.End = s.Start + int64(r.Intn(1e9))
		if r.Intn(8) == 0 {
			s.Status = IDOf("error")
		}
		s.Instance = ID(r.Intn(3))
		if s.Calls && r.Intn(2) == 0 {
			s.Peer, s.PeerInstance = IDOf("s1"), ID(r.Intn(3))
		}
		spans = append(spans, s)
		for range r.Intn(4) {
			lines = append(lines, Line{Span: int32(i), Node: s.Node, At: s.Start + int64(r.Intn(1e9)), Sym: IDOf(fmt.Sprint("t", r.Intn(6)))})
		}
	}
	for range r.Intn(3) {
		lines = append(lines, Line{Span: -1, Node: IDOf("s2"), At: int64(r.Intn(1e9)), Sym: IDOf(fmt.Sprint("t", r.Intn(6)))})
	}
	return spans, lines
}

// plain is a profile without what only collecting needs and without order.
func plain(p *Profile) map[string]any {
	m := map[string]any{"traces": p.Traces}
	for _, c := range p.contexts {
		next := map[ID]uint32{}
		for _, x := range c.Next {
			if x.N > 0 {
				next[x.To] = x.N
			}
		}
		if len(next) > 0 {
			m[fmt.Sprint("context", c.Family, c.Node, c.Op, c.From, c.Caller)] = []any{c.Traces, next}
		}
	}
	for _, s := range p.segments {
		if s.N > 0 {
			m[fmt.Sprint("segment", s.Kind, s.Node, s.Op)] = []any{s.Traces, s.N, s.RootSum, s.Hist}
		}
	}
	for k, n := range p.calls {
		if n > 0 {
			m[fmt.Sprint("call", k)] = n
		}
	}
	for k, g := range p.gauges {
		m[fmt.Sprint("gauge", k)] = []any{g.N, g.Zero, g.Max, g.buckets}
	}
	for k, x := range p.parts {
		if held := plain(x); len(held) > 1 {
			m[fmt.Sprint("part", k)] = held
		}
	}
	return m
}

func TestMergeEqualsCollectingTheUnion(t *testing.T) {
	for seed := range int64(50) {
		r := rand.New(rand.NewSource(seed))
		a, b, c, whole := New(DefaultLimits()), New(DefaultLimits()), New(DefaultLimits()), New(DefaultLimits())
		var col Collector
		for range 40 {
			part := []*Profile{a, b, c}[r.Intn(3)]
			spans, lines := someTrace(r)
			v := r.ExpFloat64()
			for _, p := range []*Profile{part, whole} {
				col.Collect(p, spans, lines, 1)
				p.AddGauge(IDOf("s1"), IDOf("i"), IDOf("cpu"), v)
			}
		}
		left, right := New(DefaultLimits()), New(DefaultLimits())
		left.Merge(a)
		left.Merge(b)
		left.Merge(c)
		right.Merge(c)
		bc := New(DefaultLimits())
		bc.Merge(b)
		bc.Merge(a)
		right.Merge(bc)
		require.Equal(t, plain(whole), plain(left))
		require.Equal(t, plain(whole), plain(right), "in any order")
	}
}

func TestATraceCanBeTakenBack(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	p, want := New(DefaultLimits()), New(DefaultLimits())
	var col Collector
	for k := range 60 {
		spans, lines := someTrace(r)
		col.Collect(p, spans, lines, 1)
		if k%3 == 0 {
			col.Collect(p, spans, lines, -1)
			continue
		}
		col.Collect(want, spans, lines, 1)
	}
	assert.Equal(t, plain(want), plain(p))
}

func TestBoundsHoldAndWhatIsSeenOftenStays(t *testing.T) {
	l := Limits{Contexts: 200, Segments: 50, Calls: 50, Gauges: 50}
	p := New(l)
	var col Collector
	often := []Span{{Parent: -1, Node: IDOf("often"), Op: IDOf("op"), Status: OK, End: 1e6}}
	for i := range 3000 {
		rare := []Span{
			{Parent: -1, Node: IDOf(fmt.Sprint("s", i)), Op: IDOf("op"), Status: OK, End: 1e6},
			{Parent: 0, Node: IDOf(fmt.Sprint("t", i)), Op: IDOf("op"), Status: OK, End: 1e5},
		}
		col.Collect(p, rare, []Line{{Span: 0, Sym: IDOf(fmt.Sprint("line", i))}}, 1)
		col.Collect(p, often, nil, 1)
		p.AddGauge(IDOf(fmt.Sprint(i)), 0, 0, 1)
	}
	contexts, segments, calls, gauges := p.Len()
	assert.LessOrEqual(t, contexts, l.Contexts)
	assert.LessOrEqual(t, segments, l.Segments)
	assert.LessOrEqual(t, calls, l.Calls)
	assert.LessOrEqual(t, gauges, l.Gauges)
	assert.Positive(t, p.Dropped)
	c := p.contexts[contextID(FamilyStatus, IDOf("often"), IDOf("op"), Start, 0)]
	require.NotNil(t, c)
	assert.EqualValues(t, 3000, c.Traces)
}

func TestFadeHalves(t *testing.T) {
	p := New(DefaultLimits())
	var col Collector
	spans := []Span{{Parent: -1, Node: IDOf("s"), Op: IDOf("op"), Status: OK, End: 1e6}}
	for range 8 {
		col.Collect(p, spans, nil, 1)
	}
	p.Fade()
	s := p.segments[segmentID(SegmentSelf, IDOf("s"), IDOf("op"))]
	assert.EqualValues(t, 4, s.N)
	for range 4 {
		p.Fade()
	}
	contexts, segments, _, _ := p.Len()
	assert.Zero(t, contexts+segments, "what is gone leaves")
}

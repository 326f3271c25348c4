package profile

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTroubleOfAnEdgeIsTheCallersIfAllItsOthersHaveIt(t *testing.T) {
	t.Parallel()
	edge := edgeKey{front, back}
	for _, c := range []struct {
		name    string
		out, in []float64 // nats of the caller's other edges, and of the callee's
		callers bool
	}{
		{"nobody else is known", nil, nil, false},
		{"a dozen are as ever, the luckiest by a hair", []float64{0.4, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, nil, false},
		{"all of them have it", []float64{3, 2, 4}, nil, true},
		{"so have all others of the callee, and more", []float64{3}, []float64{4, 5}, false},
		{"the callee's others are as ever", []float64{3, 2}, []float64{-2, -2}, true},
		{"both sides are as ever", []float64{-1}, []float64{-2}, false},
		{"one of them has a trouble of its own, a small one", []float64{0.9, -0.1}, []float64{-2}, false},
	} {
		var e edges
		e.add(edge, 10)
		for k, x := range c.out {
			e.add(edgeKey{front, ID(1000 + k)}, x)
		}
		for k, x := range c.in {
			e.add(edgeKey{ID(1000 + k), back}, x)
		}
		assert.Equal(t, c.callers, e.callersFault(edge), c.name)
	}
}

// Which operations are asked for is traffic: lines that name no span must not take
// their mix for behaviour.
func TestLinesWithoutSpansDoNotShowTheMixOfOperations(t *testing.T) {
	t.Parallel()
	a, b := IDOf("query by id"), IDOf("query all")
	collect := func(as, bs int) *Profile {
		p := New(DefaultLimits())
		var col Collector
		for k := range as + bs {
			first := a
			if k < bs {
				first = b
			}
			key := uint64(k + 1)
			col.Collect(p, nil, []Line{{Span: -1, Key: key, At: 1, Node: back, Sym: first}, {Span: -1, Key: key, At: 2, Node: back, Sym: IDOf("done")}}, 1)
		}
		return p
	}
	for _, r := range Ranking(collect(5, 45), collect(90, 10)) {
		assert.Less(t, r.T, 1.0)
	}
}

// Whose answer has not been told yet did not fail to answer.
func TestAnAnswerThatIsOwedIsNoneMissing(t *testing.T) {
	t.Parallel()
	collect := func(n int, owed bool, status ID) *Profile {
		p := New(DefaultLimits())
		var col Collector
		for range n {
			col.Collect(p, []Span{{Parent: -1, Calls: true, Node: front, Op: IDOf("op"), Status: status, Peer: back, Owed: owed, End: 1e6}}, nil, 1)
		}
		return p
	}
	base, failing := collect(100, false, OK), IDOf("HTTP 503")
	assert.Equal(t, back, Ranking(collect(50, false, failing), base)[0].Node)
	for _, r := range Ranking(collect(50, true, failing), base) {
		assert.Less(t, r.T, 1.0)
	}
}

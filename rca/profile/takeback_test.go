package profile

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// asked is a call that takes 30 ms and that no span answers.
func asked(peer ID) []Span {
	return []Span{{Parent: -1, Calls: true, Node: IDOf("caller"), Op: IDOf("op"), Status: OK, Peer: peer, End: 30e6}}
}

// What is taken from a segment that never had it must not make its times endless:
// a full profile forgets segments between giving and taking.
func TestTakingBackFromWhatHasNone(t *testing.T) {
	var c Collector
	p := New(DefaultLimits())
	for range 10 {
		c.Collect(p, asked(IDOf("a")), nil, 1)
		c.Collect(p, asked(IDOf("b")), nil, -1)
	}
	for range 4 {
		c.Collect(p, asked(IDOf("b")), nil, 1)
	}
	s := p.segments[segmentID(SegmentCall, IDOf("b"), IDOf("caller"))]
	assert.EqualValues(t, 4, s.N)
	assert.InDelta(t, 30_000, s.scaled().root, 2000, "microseconds, in steps of 1/16")
	assert.NotPanics(t, func() { Ranking(p, p) })
}

func TestAFloorOutsideOfAllBuckets(t *testing.T) {
	for _, root := range []float64{math.Inf(1), math.NaN(), 1e30, math.Inf(-1), 0} {
		base, now := scaled{n: 10, root: root}, scaled{n: 10, root: root}
		base.at[3], now.at[20] = 10, 10
		assert.NotPanics(t, func() { grown(&base, &now) }, "root %v", root)
		base.at[3] = 0 // counts whose sum rounding made less than their number
		assert.NotPanics(t, func() { grown(&base, &now) }, "root %v, no median", root)
	}
}

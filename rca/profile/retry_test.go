package profile

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A program that waits before it tries again waits for whom it called.
func TestWaitingToTryAgainIsNotTheCallersTime(t *testing.T) {
	t.Parallel()
	third, failed := IDOf("third"), IDOf("error")
	collect := func(n int, fails bool) *Profile {
		p := New(DefaultLimits())
		var col Collector
		for range n {
			spans := []Span{
				{Parent: -1, Node: front, Op: IDOf("op"), Status: OK, End: 20e6},
				{Parent: 0, Calls: true, Node: front, Op: IDOf("call"), Status: OK, Peer: third, Start: 2e6, End: 4e6},
			}
			if fails { // and is asked again 300 ms later
				spans[1].Status = failed
				spans = append(spans, Span{Parent: 0, Calls: true, Node: front, Op: IDOf("call"), Status: OK, Peer: third, Start: 304e6, End: 306e6})
				spans[0].End = 322e6
			}
			col.Collect(p, spans, nil, 1)
		}
		return p
	}
	ranks := Ranking(collect(60, true), collect(300, false))
	assert.Equal(t, third, ranks[0].Node)
	for _, r := range ranks {
		assert.LessOrEqual(t, r.L, 1.0)
	}
}

func TestWhatCameInTimeIsExplainedByNoTime(t *testing.T) {
	t.Parallel()
	collect := func(n int, took int64) *Profile {
		p := New(DefaultLimits())
		var col Collector
		for range n {
			col.Collect(p, []Span{{Parent: -1, Node: front, Op: IDOf("op"), Status: OK, End: took}}, nil, 1)
		}
		return p
	}
	base, now := collect(300, 20e6), collect(60, 90e6)
	assert.Greater(t, Ranking(now, base)[0].L, 10.0)
	now.Untimed()
	assert.Zero(t, Ranking(now, base)[0].L)
}

package profile

import (
	"math/bits"
	"slices"
)

// time counts the gap of a call that one span elsewhere answers, the whole of a
// call that nobody answers with a span, and the own time of everything else, but
// not where a call failed: how long a program then waits before it tries again is
// the doing of whoever failed.
func (c *Collector) time(i int32) {
	s := &c.spans[i]
	node, answered := c.target(i)
	switch {
	case node != 0 && answered:
		if d := c.spans[c.remote[i]].duration(); d <= s.duration() {
			c.worker = partKey{node, c.spans[c.remote[i]].Instance}
			c.took(SegmentGap, node, s.Node, s.duration()-d)
			return
		}
		// The other side works on after it was told: a queue, or a caller that
		// gave up, of which how long it waited is no time of its own.
		if s.Status == OK {
			c.took(SegmentSelf, s.Node, s.Op, c.own(i))
		}
	case node != 0:
		c.took(SegmentCall, node, s.Node, s.duration())
	case !c.failedBefore(i, never-1):
		c.took(SegmentSelf, s.Node, s.Op, c.own(i))
	}
}

func (c *Collector) took(k SegmentKind, node, op ID, ns int64) {
	c.add(c.p.segment(k, node, op), ns)
	if p := c.apart(node); p != nil {
		c.add(p.segment(k, node, op), ns)
	}
}

func (c *Collector) add(g *Segment, ns int64) {
	b := bucketOf(ns)
	if c.sign < 0 {
		if g.Hist[b] == 0 {
			return // nothing was given here: it was forgotten since for want of room
		}
		g.RootSum -= min(g.RootSum, c.rootLog)
	} else {
		g.RootSum += c.rootLog
	}
	g.N = plus(g.N, c.sign)
	g.Hist[b] = plus(g.Hist[b], c.sign)
	if g.stamp != c.serial {
		g.stamp = c.serial
		g.Traces = plus(g.Traces, c.sign)
	}
}

func bucketOf(ns int64) int {
	us := uint64(max(1, ns/1000))
	return min(bits.Len64(us)-1, buckets-1)
}

// maxReactive is how many spans one may have below it to be looked through for
// siblings that began later: more of them are a fan-out.
const maxReactive = 32

// own is the span's duration less what its children take together, and less
// siblings that began later: a reactive program opens a span that stays open
// while the next one works. A child elsewhere counts by its interval if that
// lies within its parent's, else by its duration, since its clock may be off.
func (c *Collector) own(i int32) int64 {
	s := &c.spans[i]
	c.cover = c.cover[:0]
	longest := int64(0)
	for k := c.first[i]; k >= 0; k = c.next[k] {
		t := &c.spans[k]
		if t.Node != s.Node && (t.Start < s.Start || t.End > s.End) {
			if t.duration() <= s.duration() {
				longest = max(longest, t.duration())
			}
			continue
		}
		c.cover = append(c.cover, [2]int64{t.Start, t.End})
	}
	if s.Parent >= 0 && int(s.Parent) < len(c.spans) && c.below[s.Parent] <= maxReactive {
		for k := c.first[s.Parent]; k >= 0; k = c.next[k] {
			t := &c.spans[k]
			if k != i && t.Node == s.Node && (t.Start > s.Start || t.Start == s.Start && k > i) && t.Start < s.End {
				c.cover = append(c.cover, [2]int64{t.Start, t.End})
			}
		}
	}
	return max(0, s.duration()-union(c.cover, s.Start, s.End)-longest)
}

// union is the length of the intervals together, within from … to.
func union(list [][2]int64, from, to int64) (sum int64) {
	if len(list) > 1 {
		slices.SortFunc(list, func(a, b [2]int64) int { return compare(a[0], b[0]) })
	}
	until := from
	for _, iv := range list {
		if a, b := max(iv[0], until), min(iv[1], to); b > a {
			sum += b - a
			until = b
		}
	}
	return sum
}

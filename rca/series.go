package rca

import (
	"sort"
	"time"
)

const (
	keepSeconds  = 64 // of slices of one second
	blockSeconds = 10 // of a slice of the baseline
)

// counts is evidence: what happened in some stretch of time. Two of them merge
// by adding, in any order.
type counts struct {
	n, bad, slow        uint32
	first, last         int64 // ends of the samples in it, in unix nanoseconds
	firstBad, lastBad   int64
	firstSlow, lastSlow int64
	hist                histogram // of the durations of all samples
}

func (c *counts) merge(o *counts) {
	c.n, c.bad, c.slow = c.n+o.n, c.bad+o.bad, c.slow+o.slow
	widen(&c.first, &c.last, o.first, o.last)
	widen(&c.firstBad, &c.lastBad, o.firstBad, o.lastBad)
	widen(&c.firstSlow, &c.lastSlow, o.firstSlow, o.lastSlow)
	c.hist.merge(o.hist)
}

// widen extends an interval by another; one that begins at 0 is empty.
func widen(first, last *int64, f, l int64) {
	if f == 0 {
		return
	}
	if *first == 0 || f < *first {
		*first = f
	}
	*last = max(*last, l)
}

func (c *counts) badShare() float64 { return share(c.bad, c.n) }

func share(part, whole uint32) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// slice is the evidence of one second, or of one block of the baseline.
type slice struct {
	sec    int64
	learnt bool // of a second: it is in the baseline as well
	counts
}

// series is the evidence about one thing: the last minute by the second, and
// the baseline of minutes.
type series struct {
	recent   []slice // sorted by second, at most keepSeconds of time
	blocks   []slice // the baseline, sorted, at most the window
	base     counts  // sum of blocks
	folded   int64   // seconds before this one went into the baseline, or were left out of it
	slowOver int64   // durations above count as slow; 0 while unknown
	born     int64   // second of the first sample
	seen     int64   // last second in which something was added
	over     int64   // seconds before this one were of a fault that is over
}

// add counts a sample in the second of its end. A negative duration means that
// the sample has none.
func (s *series) add(end, duration int64, bad bool) {
	c := s.at(end / int64(time.Second))
	if c == nil {
		return
	}
	one := counts{n: 1, first: end, last: end}
	if bad {
		one.bad, one.firstBad, one.lastBad = 1, end, end
	}
	if s.slowOver > 0 && duration > s.slowOver {
		one.slow, one.firstSlow, one.lastSlow = 1, end, end
	}
	c.merge(&one)
	if duration >= 0 {
		c.hist.add(bucketOf(duration), 1)
	}
}

// at finds or makes the slice of a second; nil if it is too old to be kept.
func (s *series) at(sec int64) *counts {
	if s.born == 0 || sec < s.born {
		s.born = sec
	}
	s.seen = max(s.seen, sec)
	if n := len(s.recent); n > 0 && s.recent[n-1].sec == sec {
		return &s.recent[n-1].counts
	}
	if sec <= s.seen-keepSeconds {
		return nil
	}
	i := sort.Search(len(s.recent), func(i int) bool { return s.recent[i].sec >= sec })
	if i == len(s.recent) || s.recent[i].sec != sec {
		s.recent = append(s.recent, slice{})
		copy(s.recent[i+1:], s.recent[i:])
		s.recent[i] = slice{sec: sec}
	}
	return &s.recent[i].counts
}

// fold moves on to the given second: what is older becomes baseline if it is
// clean, at most blocks of it are kept, and old seconds are forgotten. The
// baseline stays as it is while nothing clean comes.
func (s *series) fold(before int64, clean bool, blocks int) {
	for i := range s.recent {
		sl := &s.recent[i]
		if sl.sec < s.folded || sl.sec >= before || !clean {
			continue
		}
		s.base.merge(&sl.counts)
		sl.learnt = true
		start := sl.sec - sl.sec%blockSeconds
		if n := len(s.blocks); n == 0 || s.blocks[n-1].sec < start {
			s.blocks = append(s.blocks, slice{sec: start})
		}
		s.blocks[len(s.blocks)-1].merge(&sl.counts)
	}
	s.folded = max(s.folded, before)
	for len(s.blocks) > blocks {
		old := &s.blocks[0]
		s.base.n, s.base.bad, s.base.slow = s.base.n-old.n, s.base.bad-old.bad, s.base.slow-old.slow
		s.base.hist.remove(old.hist)
		s.blocks = s.blocks[1:]
	}
	drop := 0
	for drop < len(s.recent) && s.recent[drop].sec < before-keepSeconds {
		drop++
	}
	if drop > 0 {
		s.recent = append(s.recent[:0], s.recent[drop:]...)
	}
}

// sum adds up the seconds from … to, both included.
func (s *series) sum(from, to int64) (c counts) {
	for i := len(s.recent) - 1; i >= 0 && s.recent[i].sec >= from; i-- {
		if s.recent[i].sec <= to {
			c.merge(&s.recent[i].counts)
		}
	}
	return c
}

// rate is the number of samples a second in the seconds from … to, of those in
// which the series existed.
func (s *series) rate(from, to int64) float64 {
	from = max(from, s.born)
	if to < from {
		return 0
	}
	c := s.sum(from, to)
	return float64(c.n) / float64(to-from+1)
}

// bytes estimates what the series holds.
func (s *series) bytes() int64 {
	n := int64(len(s.recent)+len(s.blocks)) * 112
	for i := range s.recent {
		n += int64(cap(s.recent[i].hist)) * 8
	}
	for i := range s.blocks {
		n += int64(cap(s.blocks[i].hist)) * 8
	}
	return n + 256
}

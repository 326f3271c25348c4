package detector

import "math"

// histWords is the memory of one histogram.
type histWords []uint64

// histWords returns the series' memory, made or made anew to fit the buckets.
func (s *Store) histWords(e *series, h *Hist) histWords {
	need := histBuckets + len(h.Counts)
	if need > maxWords || s.words.held+need > wordsPerSeries*s.settings.MaxSeries {
		need = histBuckets
	}
	if e.words != 0 {
		k := histWords(s.words.at(e.words))
		if len(k) >= need {
			return k
		}
		grown := s.words.take(need)
		to := histWords(s.words.at(grown))
		copy(to, k)
		to[histLayout] = 0
		s.words.give(e.words)
		e.words = grown
		return to
	}
	e.words = s.words.take(need)
	return s.words.at(e.words)
}

// layout names a set of bounds; never 0 for one with buckets.
func layout(h *Hist) uint64 {
	n := uint64(len(h.Counts))
	if n == 0 {
		return 0
	}
	if len(h.Bounds) > 0 {
		n ^= math.Float64bits(h.Bounds[0])*mulA ^ math.Float64bits(h.Bounds[len(h.Bounds)-1])*mulB
	}
	return n | 1
}

// kept reports whether the buckets of the point fit what is kept.
func (k histWords) kept(h *Hist) bool {
	return len(h.Counts) > 0 && k[histLayout] == layout(h) && len(k) >= histBuckets+len(h.Counts)
}

// bucketsFell reports whether a cumulative bucket is lower than when its window
// began, which only a reset does.
func (k histWords) bucketsFell(h *Hist) bool {
	if !k.kept(h) {
		return false
	}
	base := k[histBuckets:]
	for i, c := range h.Counts {
		if c < base[i] {
			return true
		}
	}
	return false
}

// rebase begins the mean's window: at nothing, or at what the point has.
func (k histWords) rebase(h *Hist, zero bool, t int64) {
	k[histBegin], k[histCount], k[histSum] = uint64(t), 0, 0
	if !zero {
		k[histCount], k[histSum] = h.Count, math.Float64bits(h.Sum)
	}
}

// rebaseTail begins the quantile's window.
func (k histWords) rebaseTail(h *Hist, zero bool, t int64) {
	k[histTailBegin] = uint64(t)
	if len(h.Counts) == 0 || len(k) < histBuckets+len(h.Counts) || len(h.Counts) != len(h.Bounds)+1 {
		k[histLayout] = 0
		return
	}
	k[histLayout] = layout(h)
	base := k[histBuckets:]
	if zero {
		clear(base)
		return
	}
	copy(base, h.Counts)
}

// gather adds the buckets of a delta to its window.
func (k histWords) gather(h *Hist) {
	base := k[histBuckets:]
	for i, c := range h.Counts {
		base[i] += c
	}
}

// tail returns a quantile of the window by linear interpolation within its
// bucket, and how many values the window has. Beyond the last bound it is that
// bound: more is not known.
func (k histWords) tail(h *Hist, delta bool, q float64) (value float64, total uint64) {
	base := k[histBuckets:]
	in := func(i int) uint64 {
		if delta {
			return base[i]
		}
		return h.Counts[i] - base[i]
	}
	for i := range h.Counts {
		total += in(i)
	}
	rank, below := q*float64(total), 0.0
	for i := range h.Bounds {
		n := float64(in(i))
		if n > 0 && below+n >= rank {
			low := min(0, h.Bounds[i])
			if i > 0 {
				low = h.Bounds[i-1]
			}
			return low + (h.Bounds[i]-low)*(rank-below)/n, total
		}
		below += n
	}
	if len(h.Bounds) == 0 {
		return 0, 0
	}
	return h.Bounds[len(h.Bounds)-1], total
}

package detector

import "math"

// Point is a data point of a cumulative or delta series.
type Point struct {
	Time  int64 // Unix nanoseconds
	Start int64 // of the period it counts; 0 unknown
	Delta bool  // counts since the last point rather than since Start
}

// mark is what a counter had at its last point, as words: start, time, value
// and the history of resets.
type mark []uint64

const (
	markStart = iota
	markTime
	markValue // float bits for a sum, a whole count for a histogram
	markChurn // one bit a point, newest lowest: was it a reset?
	markWords
)

func (m mark) time() int64 { return int64(m[markTime]) }

// advance says how the point follows the last one. fell reports that the value
// is lower than at the last point. from is the start of the interval counted,
// reset that the count began anew.
func (m mark) advance(p Point, fell, same bool) (from int64, reset bool, skip Skip) {
	last, start := m.time(), int64(m[markStart])
	switch {
	case p.Time <= 0 || p.Start > p.Time:
		return 0, false, SkipTime
	case last == 0:
		return 0, false, SkipFirst
	case p.Time < last:
		return 0, false, SkipLate
	case p.Time == last && (same || p.Delta):
		return 0, false, SkipDuplicate
	case p.Time == last:
		return 0, false, SkipConflict
	case p.Delta:
		if p.Start != 0 && p.Start >= last {
			return p.Start, false, SkipNone
		}
		return last, false, SkipNone
	case p.Start != 0 && start != 0 && p.Start < start:
		return 0, false, SkipTwoWriters // the older of two processes
	}
	// A start that moved by less than a collection is a sender's habit.
	reset = fell || (p.Start > last && start != 0)
	m[markChurn] <<= 1
	if reset {
		m[markChurn] |= 1
		if resets(m[markChurn]) >= 3 {
			return 0, true, SkipTwoWriters
		}
		if p.Start > last {
			return p.Start, true, SkipNone
		}
	}
	return last, reset, SkipNone
}

// resets counts those of the last 8 points.
func resets(churn uint64) (n int) {
	for churn &= 0xff; churn != 0; churn &= churn - 1 {
		n++
	}
	return n
}

// set keeps the point for the next one.
func (m mark) set(p Point) {
	m[markStart], m[markTime] = uint64(p.Start), uint64(p.Time)
}

// Counter judges the rate of a sum that only rises.
func (s *Store) Counter(ref Ref, m Model, p Point, value float64, out *Results) {
	out.reset()
	if !(value >= 0 && value <= maxMagnitude) {
		out.Skip = SkipNotFinite
		return
	}
	e := s.series.at(uint32(ref))
	if e.words == 0 {
		e.words = s.words.take(markWords)
	}
	k := mark(s.words.at(e.words))
	prior := math.Float64frombits(k[markValue])
	from, reset, skip := k.advance(p, value < prior, value == prior)
	if skip == SkipFirst {
		from, skip = s.firstInterval(e, p)
		prior = 0
	}
	if skip != SkipNone && skip != SkipFirst {
		if skip == SkipTwoWriters && reset {
			k.set(p)
			k[markValue] = math.Float64bits(value)
		}
		out.Skip = skip
		return
	}
	if reset || p.Delta {
		prior = 0
	}
	k.set(p)
	k[markValue] = math.Float64bits(value)
	if skip == SkipFirst {
		out.Skip = skip
		s.touch(ref, p.Time)
		return
	}
	if reset {
		s.restarted(s.resources.pool.at(e.resource), p.Time)
	}
	seconds := float64(p.Time-from) / 1e9
	s.judge(ref, AspectRate, m, Sample{Time: p.Time, Value: (value - prior) / seconds, Quantum: 1 / seconds}, out)
	s.touch(ref, p.Time)
	out.settle()
}

// firstInterval finds what the first point of a series counts: a delta its own
// period, a counter of errors all since its resource was last heard of.
func (s *Store) firstInterval(e *series, p Point) (from int64, skip Skip) {
	if p.Delta && p.Start != 0 && p.Start < p.Time {
		return p.Start, SkipNone
	}
	r := s.resources.pool.at(e.resource)
	if e.fromZero && r.previous > r.first {
		from = r.last
		if p.Time-from < int64(float64(r.gap)*5e8) { // another series of this batch was first
			from = r.previous
		}
		if from = max(from, p.Start); from < p.Time {
			return from, SkipNone
		}
	}
	return 0, SkipFirst
}

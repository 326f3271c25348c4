package scan

import (
	"math"
	"math/bits"

	"github.com/otelheal/otelheal/detector"
)

// Row is what was judged at one moment.
type Row struct {
	Time    int64   // Unix nanoseconds
	Value   float64 // a counter's increase a second; NaN where there is none yet
	Verdict detector.Verdict
}

// undecided is how many values tell a counter from a gauge.
const undecided = 20

// Scanner judges one series. It holds at most 20 rows.
type Scanner struct {
	// Turned is when a series taken for a counter proved to be none; 0: never.
	Turned int64

	watch detector.Watch
	fresh detector.Watch // as it was before the first value
	kind  Type
	auto  bool
	rows  []Row // what is not yet handed out
	rises bool
	last  int64
	prior float64 // value at last, before it became a rate
	falls uint8   // one bit a value, newest lowest
}

// New returns a scanner that judges with a watch which saw nothing yet.
func New(w detector.Watch, t Type) *Scanner {
	return &Scanner{watch: w, fresh: w, kind: t, auto: t == TypeAuto, rows: make([]Row, 0, undecided)}
}

// Kind is what the series is taken for; TypeAuto while that is open.
func (s *Scanner) Kind() Type { return s.kind }

// Step takes a value and returns the rows that are ready, the one of this value
// last; they are valid until the next call. There are none while it is open what
// the series is. A value that is skipped changes nothing and gives no row.
func (s *Scanner) Step(t int64, v float64) ([]Row, detector.Skip) {
	switch {
	case math.IsNaN(v):
		return nil, detector.SkipNoValue
	case math.IsInf(v, 0):
		return nil, detector.SkipNotFinite
	case t <= 0:
		return nil, detector.SkipTime
	case s.last != 0 && t == s.last:
		return nil, detector.SkipDuplicate
	case t < s.last:
		return nil, detector.SkipLate
	}
	if s.kind == TypeAuto {
		return s.find(t, v), detector.SkipNone
	}
	r := s.judge(t, v)
	if r.Verdict.Skip != detector.SkipNone && r.Verdict.Skip != detector.SkipFirst {
		return nil, r.Verdict.Skip
	}
	s.rows = append(s.rows[:0], r)
	return s.rows, detector.SkipNone
}

// find holds rows back until it is known what they are rows of. What was held
// back was not judged when it came, and stays so.
func (s *Scanner) find(t int64, v float64) []Row {
	fell := s.last != 0 && v < s.prior || v < 0
	s.rises = s.rises || s.last != 0 && v > s.prior
	s.rows = append(s.rows, Row{Time: t, Value: v})
	s.last, s.prior = t, v
	switch {
	case fell:
		s.kind = TypeGauge
	case len(s.rows) < undecided:
		return nil
	case s.rises:
		s.kind = TypeCounter
	default:
		s.kind = TypeGauge
	}
	return s.Flush()
}

// Flush returns the rows of a series that ended before it was known what it is.
func (s *Scanner) Flush() []Row {
	if s.kind == TypeAuto {
		s.kind = TypeGauge
	}
	s.last, s.prior = 0, 0
	for k, r := range s.rows {
		r = s.judge(r.Time, r.Value)
		if k < len(s.rows)-1 {
			r.Verdict.Phase, r.Verdict.Change, r.Verdict.Onset = detector.PhaseLearning, detector.ChangeNone, 0
			r.Verdict.Chance, r.Verdict.Score = 1, 0
		}
		s.rows[k] = r
	}
	return s.rows
}

// judge steps the detector, exactly as its store does with a point of this type.
func (s *Scanner) judge(t int64, v float64) Row {
	if s.kind == TypeCounter && s.fallsAsNoCounter(v) {
		s.kind, s.Turned, s.watch = TypeGauge, t, s.fresh
	}
	x := detector.Sample{Time: t, Value: v}
	if s.kind == TypeCounter {
		if s.last == 0 {
			s.last, s.prior = t, v
			return Row{Time: t, Value: math.NaN(), Verdict: detector.Verdict{Skip: detector.SkipFirst, Chance: 1}}
		}
		if v < 0 {
			return Row{Time: t, Verdict: detector.Verdict{Skip: detector.SkipNotFinite}}
		}
		from := s.prior
		if v < from {
			from = 0
		}
		seconds := float64(t-s.last) / 1e9
		x.Value, x.Quantum = (v-from)/seconds, 1/seconds
	}
	s.last, s.prior = t, v
	return Row{Time: t, Value: x.Value, Verdict: s.watch.Step(x)}
}

// fallsAsNoCounter tells a gauge that rose at first from a counter that is reset:
// that one begins anew, and not all the time.
func (s *Scanner) fallsAsNoCounter(v float64) bool {
	if !s.auto || s.last == 0 {
		return false
	}
	s.falls <<= 1
	if v >= s.prior {
		return false
	}
	s.falls |= 1
	return v > s.prior/2 || v < 0 || bits.OnesCount8(s.falls) >= 3
}

package detector

import "math"

// Hist is a data point of a histogram. Counts has one bucket more than Bounds.
type Hist struct {
	Count  uint64
	Sum    float64
	HasSum bool
	Bounds []float64
	Counts []uint64
}

// A histogram keeps, after the mark, what the present windows began with. For
// deltas, which have no running total, it keeps what the window gathered.
const (
	histCount     = markWords + iota // the mean's window
	histSum                          // float bits
	histBegin                        // Unix nanoseconds
	histTailBegin                    // the quantile's window
	histLayout                       // tells one set of bounds from another; 0: no buckets kept
	histBuckets
)

const (
	// A mean or quantile needs some observations; the window grows until it has
	// them, but no longer than maxWindow.
	meanCount = 5
	tailCount = 20
	maxWindow = 10 * int64(1e9)
	// wordsPerSeries times MaxSeries bounds the memory of all buckets: beyond it
	// a new histogram has no quantile.
	wordsPerSeries = 32
)

// Models are those of the aspects of a histogram or summary.
type Models struct{ Rate, Mean, Quantile Model }

// QuantileOfHistograms is the quantile that histograms are judged by.
const QuantileOfHistograms = 0.99

// Histogram judges rate, mean and quantile.
func (s *Store) Histogram(ref Ref, m Models, p Point, h *Hist, out *Results) {
	out.reset()
	e := s.series.at(uint32(ref))
	k := s.histWords(e, h)
	prior := k[markValue]
	fell := h.Count < prior || (!p.Delta && k.bucketsFell(h))
	from, reset, skip := mark(k).advance(p, fell, h.Count == prior)
	whole := reset // the point counts from nothing, not from the last one
	if skip == SkipFirst {
		from, skip = s.firstInterval(e, p)
		whole = skip == SkipNone
		k.rebase(h, whole || p.Delta, max(from, p.Start))
		k.rebaseTail(h, whole || p.Delta, max(from, p.Start))
	}
	if skip == SkipFirst || (skip == SkipTwoWriters && reset) {
		mark(k).set(p)
		k[markValue] = h.Count
		k.rebase(h, p.Delta, p.Time)
		k.rebaseTail(h, p.Delta, p.Time)
		s.touch(ref, p.Time)
	}
	if skip != SkipNone {
		out.Skip = skip
		return
	}
	if reset {
		s.restarted(s.resources.pool.at(e.resource), p.Time)
		k.rebase(h, true, from)
		k.rebaseTail(h, true, from)
	}
	if whole || p.Delta {
		prior = 0
	}
	mark(k).set(p)
	k[markValue] = h.Count
	seconds := float64(p.Time-from) / 1e9
	s.judge(ref, AspectRate, m.Rate, Sample{Time: p.Time, Value: float64(h.Count-prior) / seconds, Quantum: 1 / seconds}, out)
	s.mean(ref, k, m.Mean, p, h, out)
	s.quantile(ref, k, m.Quantile, p, h, out)
	s.touch(ref, p.Time)
	out.settle()
}

// mean judges the mean once enough was observed.
func (s *Store) mean(ref Ref, k histWords, m Model, p Point, h *Hist, out *Results) {
	count, sum := h.Count-k[histCount], h.Sum-math.Float64frombits(k[histSum])
	if p.Delta {
		k[histCount] += h.Count
		k[histSum] = math.Float64bits(math.Float64frombits(k[histSum]) + h.Sum)
		count, sum = k[histCount], math.Float64frombits(k[histSum])
	}
	lasted := p.Time - int64(k[histBegin])
	if count < meanCount && lasted < maxWindow {
		return
	}
	if count >= meanCount && h.HasSum {
		rate := &s.series.at(uint32(ref)).first
		s.judge(ref, AspectMean, m, Sample{Time: p.Time, Value: sum / float64(count), Spread: spread(rate, lasted, count)}, out)
	}
	k.rebase(h, p.Delta, p.Time)
}

// quantile judges the tail once enough was observed.
func (s *Store) quantile(ref Ref, k histWords, m Model, p Point, h *Hist, out *Results) {
	if len(h.Counts) == 0 || k[histLayout] != layout(h) {
		k.rebaseTail(h, p.Delta, p.Time)
		return
	}
	if p.Delta {
		k.gather(h)
	}
	q, count := k.tail(h, p.Delta, QuantileOfHistograms)
	lasted := p.Time - int64(k[histTailBegin])
	if count < tailCount && lasted < maxWindow {
		return
	}
	if count >= tailCount {
		rate := &s.series.at(uint32(ref)).first
		s.judge(ref, Quantile(QuantileOfHistograms), m, Sample{Time: p.Time, Value: q, Spread: spread(rate, lasted, count)}, out)
	}
	k.rebaseTail(h, p.Delta, p.Time)
}

// spread is how much wider a mean of count observations scatters than one of as
// many as usual.
func spread(rate *State, ns int64, count uint64) float64 {
	usual := rate.Mean * float64(ns) / 1e9
	if usual <= float64(count) {
		return 1
	}
	return math.Sqrt(usual / float64(count))
}

package detector

import "math"

// QuantileValue is one quantile that a summary reports.
type QuantileValue struct{ Quantile, Value float64 }

// maxQuantiles of one summary are judged.
const maxQuantiles = 8

// Summary judges the rate, mean and quantiles of a summary.
func (s *Store) Summary(ref Ref, m Models, p Point, count uint64, sum float64, qs []QuantileValue, out *Results) {
	h := Hist{Count: count, Sum: sum, HasSum: true}
	s.Histogram(ref, m, p, &h, out)
	if out.Skip != SkipNone && out.Skip != SkipFirst {
		return
	}
	for _, q := range qs[:min(len(qs), maxQuantiles)] {
		if math.IsNaN(q.Value) || math.IsNaN(q.Quantile) {
			continue
		}
		s.judge(ref, Quantile(q.Quantile), m.Quantile, Sample{Time: p.Time, Value: q.Value}, out)
		out.Skip = SkipNone
	}
}

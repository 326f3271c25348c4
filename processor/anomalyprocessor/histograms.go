package anomalyprocessor

import (
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/detector"
)

// maxBuckets of a histogram are looked at; one with more has no quantile.
const maxBuckets = 4096

func (w *walk) histogram(dp pmetric.HistogramDataPoint, delta bool) {
	ref, ok := w.series(detector.KindHistogram, dp.Attributes(), dp.Timestamp(), dp.Flags())
	if !ok {
		return
	}
	w.bounds, w.counts = w.bounds[:0], w.counts[:0]
	if bounds, counts := dp.ExplicitBounds(), dp.BucketCounts(); counts.Len() == bounds.Len()+1 && counts.Len() <= maxBuckets {
		for i := range bounds.Len() {
			w.bounds = append(w.bounds, bounds.At(i))
		}
		for i := range counts.Len() {
			w.counts = append(w.counts, counts.At(i))
		}
	}
	w.scratch = detector.Hist{Count: dp.Count(), Sum: dp.Sum(), HasSum: dp.HasSum(), Bounds: w.bounds, Counts: w.counts}
	p := detector.Point{Time: int64(dp.Timestamp()), Start: start(dp.StartTimestamp()), Delta: delta}
	w.e.store.Histogram(ref, w.plan.models, p, &w.scratch, &w.results)
	w.judged(dp.Attributes(), p.Time, dp.Exemplars())
}

func (w *walk) exponential(dp pmetric.ExponentialHistogramDataPoint, delta bool) {
	ref, ok := w.series(detector.KindHistogram, dp.Attributes(), dp.Timestamp(), dp.Flags())
	if !ok {
		return
	}
	x := detector.Exponential{
		Count: dp.Count(), Sum: dp.Sum(), HasSum: dp.HasSum(),
		Scale: dp.Scale(), ZeroCount: dp.ZeroCount(), Offset: dp.Positive().Offset(),
	}
	w.positive = w.positive[:0]
	positive, negative := dp.Positive().BucketCounts(), dp.Negative().BucketCounts()
	for i := range min(positive.Len(), maxBuckets) {
		w.positive = append(w.positive, positive.At(i))
	}
	for i := range min(negative.Len(), maxBuckets) {
		x.Negative += negative.At(i)
	}
	x.Positive = w.positive
	w.scratch = w.expander.Expand(&x)
	p := detector.Point{Time: int64(dp.Timestamp()), Start: start(dp.StartTimestamp()), Delta: delta}
	w.e.store.Histogram(ref, w.plan.models, p, &w.scratch, &w.results)
	w.judged(dp.Attributes(), p.Time, dp.Exemplars())
}

func (w *walk) summary(dp pmetric.SummaryDataPoint) {
	ref, ok := w.series(detector.KindSummary, dp.Attributes(), dp.Timestamp(), dp.Flags())
	if !ok {
		return
	}
	w.quantiles = w.quantiles[:0]
	qs := dp.QuantileValues()
	for i := range qs.Len() {
		w.quantiles = append(w.quantiles, detector.QuantileValue{Quantile: qs.At(i).Quantile(), Value: qs.At(i).Value()})
	}
	p := detector.Point{Time: int64(dp.Timestamp()), Start: start(dp.StartTimestamp())}
	w.e.store.Summary(ref, w.plan.models, p, dp.Count(), dp.Sum(), w.quantiles, &w.results)
	w.judged(dp.Attributes(), p.Time, pmetric.ExemplarSlice{})
}

package anomalyprocessor

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/detector"
)

// maxAhead is how far a point's stamp may lie in the future; one beyond would
// make its series deaf until then.
const maxAhead = int64(5 * time.Minute)

// walk goes over the points of one batch. It is held by the engine and reused,
// so that nothing is allocated while nothing is anomalous.
type walk struct {
	e     *engine
	h     detector.Hasher
	emit  EmitMode
	now   int64
	owner *anomalyProcessor

	// of the present resource, scope and metric
	rm       pmetric.ResourceMetrics
	resource detector.ResourceRef
	service  detector.Key
	scope    detector.Key
	metric   pmetric.Metric
	plan     *plan
	nameNo   uint32 // number of the metric's name
	name     detector.Key
	key      detector.Key // of the present series

	results   detector.Results
	shares    []detector.Contribution
	scratch   detector.Hist
	bounds    []float64
	counts    []uint64
	quantiles []detector.QuantileValue
	expander  *detector.Expander
	positive  []uint64

	batch   scoreBatch
	groups  scoreBatch // the scores of groups, in resources of their own
	scored  int64
	skipped [skipReasons]int64
}

// Reasons of our own follow the detector's.
const (
	skipExcluded = detector.Skips + iota
	skipOwn
	skipReasons
)

func (w *walk) metrics(md pmetric.Metrics) {
	for i := range md.ResourceMetrics().Len() {
		w.rm = md.ResourceMetrics().At(i)
		w.batch.begin()
		attrs := w.rm.Resource().Attributes()
		w.service = serviceKey(w.h, attrs)
		key := w.h.Mix(hashMap(w.h, attrs, 0), w.h.Number(0, useMap)) // not zero for an empty resource
		w.resource = w.e.store.Resource(key, w.service, w.now)
		grouped := false
		for j := range w.rm.ScopeMetrics().Len() {
			sm := w.rm.ScopeMetrics().At(j)
			if sm.Scope().Name() == scopeName {
				w.skipped[skipOwn] += points(sm)
				continue
			}
			w.scope = w.h.Mix(key, w.h.Text(sm.Scope().Name(), useScope))
			for k := range sm.Metrics().Len() {
				w.metric = sm.Metrics().At(k)
				if !grouped {
					grouped = w.group()
				}
				w.points()
			}
		}
	}
}

func points(sm pmetric.ScopeMetrics) (n int64) {
	for _, m := range sm.Metrics().All() {
		n += int64(metricPoints(m))
	}
	return n
}

func metricPoints(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	}
	return 0
}

// points judges the points of the present metric.
func (w *walk) points() {
	known := w.e.plans.of(w.metric.Name())
	w.plan, w.nameNo = known.plan, known.number
	if w.plan.skip {
		w.skipped[skipExcluded] += int64(metricPoints(w.metric))
		return
	}
	w.name = w.h.Text(w.metric.Name(), useMetric)
	switch w.metric.Type() {
	case pmetric.MetricTypeGauge:
		dps := w.metric.Gauge().DataPoints()
		for i := range dps.Len() {
			w.number(dps.At(i), detector.KindGauge, false)
		}
	case pmetric.MetricTypeSum:
		kind, delta := detector.KindGauge, w.metric.Sum().AggregationTemporality() == pmetric.AggregationTemporalityDelta
		if w.metric.Sum().IsMonotonic() {
			kind = detector.KindCounter
		}
		dps := w.metric.Sum().DataPoints()
		for i := range dps.Len() {
			w.number(dps.At(i), kind, delta)
		}
	case pmetric.MetricTypeHistogram:
		delta := w.metric.Histogram().AggregationTemporality() == pmetric.AggregationTemporalityDelta
		dps := w.metric.Histogram().DataPoints()
		for i := range dps.Len() {
			w.histogram(dps.At(i), delta)
		}
	case pmetric.MetricTypeExponentialHistogram:
		delta := w.metric.ExponentialHistogram().AggregationTemporality() == pmetric.AggregationTemporalityDelta
		dps := w.metric.ExponentialHistogram().DataPoints()
		for i := range dps.Len() {
			w.exponential(dps.At(i), delta)
		}
	case pmetric.MetricTypeSummary:
		dps := w.metric.Summary().DataPoints()
		for i := range dps.Len() {
			w.summary(dps.At(i))
		}
	}
}

// series finds or makes the series of a point; false if the point is not judged.
func (w *walk) series(kind detector.Kind, attrs pcommon.Map, t pcommon.Timestamp, flags pmetric.DataPointFlags) (detector.Ref, bool) {
	if flags.NoRecordedValue() {
		w.skipped[detector.SkipNoValue]++
		return 0, false
	}
	if t == 0 || t > math.MaxInt64 || int64(t) > w.now+maxAhead {
		w.skipped[detector.SkipTime]++
		return 0, false
	}
	own := w.name.Plus(hashMap(w.h, attrs, 0))
	w.key = w.h.Mix(w.scope, own)
	ref, ok := w.e.store.Find(w.key, kind, w.now)
	if ok {
		w.e.store.Name(ref, w.nameNo)
		return ref, true
	}
	origin := detector.Origin{Key: w.key, Kind: kind, Family: w.key}
	if !w.service.IsZero() {
		origin.Family = w.h.Mix(w.service, own)
	}
	if kind != detector.KindGauge {
		origin.FromZero = w.plan.errors || countsErrors(attrs)
	}
	if ref, ok = w.e.store.Add(origin, w.resource, w.now); !ok {
		w.skipped[detector.SkipFull]++
		return 0, false
	}
	w.e.store.Name(ref, w.nameNo)
	return ref, true
}

func (w *walk) number(dp pmetric.NumberDataPoint, kind detector.Kind, delta bool) {
	ref, ok := w.series(kind, dp.Attributes(), dp.Timestamp(), dp.Flags())
	if !ok {
		return
	}
	var value, quantum float64
	switch dp.ValueType() {
	case pmetric.NumberDataPointValueTypeInt:
		value, quantum = float64(dp.IntValue()), 1
	case pmetric.NumberDataPointValueTypeDouble:
		value = dp.DoubleValue()
	default:
		w.skipped[detector.SkipNoValue]++
		return
	}
	p := detector.Point{Time: int64(dp.Timestamp()), Start: start(dp.StartTimestamp()), Delta: delta}
	if kind == detector.KindCounter {
		w.e.store.Counter(ref, &w.plan.value, p, value, &w.results)
	} else {
		w.e.store.Gauge(ref, &w.plan.value, p.Time, value, quantum, &w.results)
	}
	w.judged(dp.Attributes(), p.Time, dp.Exemplars())
}

// start is a start time as the detector has it; one beyond reason is unknown.
func start(t pcommon.Timestamp) int64 {
	if t > math.MaxInt64 {
		return 0
	}
	return int64(t)
}

// judged counts what came of a point, and sends what is to be sent.
func (w *walk) judged(attrs pcommon.Map, t int64, exemplars pmetric.ExemplarSlice) {
	if w.results.Skip != detector.SkipNone {
		w.skipped[w.results.Skip]++
		return
	}
	w.scored++
	for i := range w.results.List {
		r := &w.results.List[i]
		if r.Change == detector.ChangeNone && r.Phase != detector.PhaseOpen && w.emit != EmitAll {
			continue
		}
		w.score(r, attrs, t, exemplars)
	}
}

// score sends a verdict and keeps the list of what is anomalous.
func (w *walk) score(r *detector.Result, attrs pcommon.Map, t int64, exemplars pmetric.ExemplarSlice) {
	s := subject{
		metric: w.metric.Name(), unit: w.metric.Unit(), attributes: attrs,
		aspect: r.Aspect, time: t, exemplars: exemplars, hasExemplars: exemplars != pmetric.ExemplarSlice{},
	}
	w.say(&w.batch, activeKey{w.key, r.Aspect}, w.rm.Resource(), w.rm.SchemaUrl(), &s, &r.Verdict)
}

func (w *walk) say(b *scoreBatch, key activeKey, resource pcommon.Resource, schema string, s *subject, v *detector.Verdict) {
	if v.Phase == detector.PhaseOpen || v.Change != detector.ChangeNone {
		w.e.note(key, w, s, v, resource, schema)
	}
	if w.emit.wanted(v) {
		b.add(resource, schema, s, v, endOf(v.Change))
	}
}

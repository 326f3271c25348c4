package rcaconnector

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca"
)

// Names of the anomaly processor's series and attributes.
const (
	anomalyPrefix = "otelheal.anomaly."
	attrMetric    = "otelheal.metric.name"
	attrAspect    = "otelheal.metric.aspect"
	attrUnit      = "otelheal.metric.unit"
	attrEnd       = "otelheal.anomaly.end"
)

// takeMetrics walks the score series of the anomaly processor into the engine,
// the gauges of instances, and what other connectors counted of calls.
func (e *engine) takeMetrics(ctx context.Context, md pmetric.Metrics) {
	e.received(ctx, signalMetrics, md.DataPointCount())
	now := e.now()
	e.guarded(ctx, func() { e.takeCalls(md, now) })
	for _, rm := range md.ResourceMetrics().All() {
		list := readAnomalies(rm)
		entity := entityOf(rm.Resource())
		if entity.Service == "" {
			e.noService.Add(int64(len(list)))
			continue
		}
		e.guarded(ctx, func() {
			e.takeGauges(rm, entity, now)
			for _, a := range list {
				a.Entity = entity
				e.brain.AddAnomaly(*a, now)
			}
		})
	}
}

// takeGauges takes what else was measured of an instance. Only gauges: what
// counts up has to become a rate first, which the anomaly processor does.
func (e *engine) takeGauges(rm pmetric.ResourceMetrics, entity event.Entity, now time.Time) {
	for _, sm := range rm.ScopeMetrics().All() {
		for _, m := range sm.Metrics().All() {
			if m.Type() != pmetric.MetricTypeGauge || strings.HasPrefix(m.Name(), "otelheal.") {
				continue
			}
			for _, p := range m.Gauge().DataPoints().All() {
				if p.Flags().NoRecordedValue() {
					continue
				}
				e.brain.AddMetric(&rca.Metric{Entity: entity, Name: seriesName(m.Name(), p.Attributes()), Value: valueOf(p)}, now)
			}
		}
	}
}

// seriesName is the metric's name, with the attributes that tell its series
// from its siblings.
func seriesName(name string, m pcommon.Map) string {
	if m.Len() == 0 {
		return cut(name, event.MaxName)
	}
	parts := make([]string, 0, m.Len())
	for k, v := range m.All() {
		parts = append(parts, cut(k, 64)+"="+cut(v.AsString(), 64))
	}
	slices.Sort(parts)
	return cut(cut(name, 160)+"{"+strings.Join(parts, ",")+"}", event.MaxName)
}

func valueOf(p pmetric.NumberDataPoint) float64 {
	if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
		return float64(p.IntValue())
	}
	return p.DoubleValue()
}

// readAnomalies puts the gauges of one resource together to anomalies, in the
// order of their scores.
func readAnomalies(rm pmetric.ResourceMetrics) (list []*event.Anomaly) {
	found := map[string]*event.Anomaly{}
	for _, sm := range rm.ScopeMetrics().All() {
		for _, m := range sm.Metrics().All() {
			field, ok := strings.CutPrefix(m.Name(), anomalyPrefix)
			if !ok || m.Type() != pmetric.MetricTypeGauge {
				continue
			}
			for _, p := range m.Gauge().DataPoints().All() {
				key := keyOf(p.Attributes())
				a := found[key]
				if a == nil {
					a = newAnomaly(p)
					if a == nil {
						continue
					}
					found[key] = a
				}
				if a.Unit == "" { // only values have one, scores have none
					a.Unit = cut(text(p.Attributes(), attrUnit), 64)
				}
				if setField(a, field, p) {
					list = append(list, a)
				}
			}
		}
	}
	return list
}

// setField fills in one gauge, and tells whether it was the score that begins
// an anomaly.
func setField(a *event.Anomaly, field string, p pmetric.NumberDataPoint) bool {
	v := valueOf(p)
	switch field {
	case "score":
		a.Score, a.At = v, p.Timestamp().AsTime()
		if start := p.StartTimestamp(); start != 0 && a.Onset.IsZero() {
			a.Onset = start.AsTime()
		}
		if p.Flags().NoRecordedValue() {
			a.Score = 0
			if a.End == "" {
				a.End = event.AnomalyGone
			}
		}
		return true
	case "observed":
		a.Observed = v
	case "expected":
		a.Expected = v
	case "deviation":
		a.Deviation = v
	case "onset":
		if v > 0 && v < 1e11 {
			a.Onset = time.Unix(0, int64(v*1e9)).UTC()
		}
	}
	return false
}

func newAnomaly(p pmetric.NumberDataPoint) *event.Anomaly {
	m := p.Attributes()
	a := &event.Anomaly{
		Metric: text(m, attrMetric), Aspect: text(m, attrAspect), Unit: cut(text(m, attrUnit), 64),
		End: event.AnomalyEnd(cut(text(m, attrEnd), 16)),
	}
	if a.Metric == "" {
		return nil
	}
	for k, v := range m.All() {
		if !strings.HasPrefix(k, "otelheal.") && len(a.Labels) < event.MaxLabels {
			a.Labels = append(a.Labels, event.Label{Key: cut(k, 64), Value: cut(v.AsString(), 64)})
		}
	}
	slices.SortFunc(a.Labels, func(x, y event.Label) int { return strings.Compare(x.Key, y.Key) })
	return a
}

// keyOf tells one series from another. The attributes that only some gauges of
// an anomaly have do not count.
func keyOf(m pcommon.Map) string {
	parts := make([]string, 0, m.Len())
	for k, v := range m.All() {
		if k != attrUnit && k != attrEnd {
			parts = append(parts, cut(k, 128)+"\x00"+cut(v.AsString(), 256))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x01")
}

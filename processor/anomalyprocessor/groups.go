package anomalyprocessor

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/detector"
)

// The deviation of a group's combined score is never smaller than this: healthy
// groups have one around 1.
const (
	groupMinAbsolute = 0.3
	groupMinRelative = 0.2
)

func groupModel(m *ModelConfig) detector.EWMA {
	g := m.ewma()
	if g.Chance == 0 {
		g.Chance = strictest
	}
	g.Direction = detector.DirectionUp
	g.MinAbsolute, g.MinRelative = groupMinAbsolute, groupMinRelative
	return g
}

// group judges the group of the present resource up to the time of the metric's
// first point; false if that tells no time.
func (w *walk) group() bool {
	t := firstTime(w.metric)
	if t <= 0 || t > w.now+maxAhead {
		return false
	}
	if !w.e.config.Groups.Enabled {
		return true
	}
	v, ok := w.e.store.Group(w.resource, &w.e.groupModel, t)
	if !ok || (v.Change == detector.ChangeNone && v.Phase != detector.PhaseOpen && w.emit != EmitAll) {
		return true
	}
	service := pcommon.NewResource()
	for _, k := range []string{"service.namespace", "service.name"} {
		if value, found := w.rm.Resource().Attributes().Get(k); found {
			value.CopyTo(service.Attributes().PutEmpty(k))
		}
	}
	s := subject{metric: groupMetric, attributes: pcommon.NewMap(), aspect: detector.AspectCombined, time: t}
	key := activeKey{w.service, detector.AspectCombined}
	if a := w.e.active[key]; a != nil {
		s.contributors = a.contributors
	} else if v.Phase == detector.PhaseOpen {
		s.contributors = w.contributors()
	}
	w.groups.begin()
	w.say(&w.groups, key, service, w.rm.SchemaUrl(), &s, &v)
	return true
}

// contributors says which metrics made up what is strange about the service, such
// as "jvm.memory.used 62 %, jvm.threads.count 21 %".
func (w *walk) contributors() string {
	const most, cut = 3, 100
	w.shares = w.e.store.Contributions(w.resource, w.shares[:0])
	var parts []string
	for _, c := range w.shares[:min(most, len(w.shares))] {
		name := w.e.plans.names[c.Name]
		if name == "" {
			name = "others"
		}
		parts = append(parts, fmt.Sprintf("%s %.0f %%", strings.ToValidUTF8(name[:min(cut, len(name))], ""), 100*c.Share))
	}
	return strings.Join(parts, ", ")
}

func firstTime(m pmetric.Metric) int64 {
	var t pcommon.Timestamp
	if metricPoints(m) == 0 {
		return 0
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		t = m.Gauge().DataPoints().At(0).Timestamp()
	case pmetric.MetricTypeSum:
		t = m.Sum().DataPoints().At(0).Timestamp()
	case pmetric.MetricTypeHistogram:
		t = m.Histogram().DataPoints().At(0).Timestamp()
	case pmetric.MetricTypeExponentialHistogram:
		t = m.ExponentialHistogram().DataPoints().At(0).Timestamp()
	case pmetric.MetricTypeSummary:
		t = m.Summary().DataPoints().At(0).Timestamp()
	}
	return start(t)
}

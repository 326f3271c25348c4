package anomalyprocessor

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/event"
)

// The scope of our own series. Points in it are never judged.
const scopeName = "github.com/otelheal/otelheal"

// Names on the wire.
const (
	scorePrefix   = "otelheal.anomaly."
	attrMetric    = "otelheal.metric.name"
	attrAspect    = "otelheal.metric.aspect"
	attrUnit      = "otelheal.metric.unit"
	attrEnd       = "otelheal.anomaly.end"
	attrShape     = "otelheal.anomaly.shape"
	attrChannel   = "otelheal.anomaly.channel"
	attrContrib   = "otelheal.group.contributors"
	groupMetric   = "otelheal.group"
	maxExemplars  = 8
	gaugesPerView = 7
)

// gauges are the views of an anomaly, each a Metric.
var gauges = [gaugesPerView]struct {
	name, unit, description string
	valueUnit               bool // in the unit of the judged metric
	value                   func(v *detector.Verdict) float64
}{
	{"score", "{sigma}", "How strange the series is: deviations of a normal distribution with the same chance.", false, func(v *detector.Verdict) float64 { return v.Score }},
	{"observed", "", "The value judged.", true, func(v *detector.Verdict) float64 { return v.Observed }},
	{"expected", "", "The value expected.", true, func(v *detector.Verdict) float64 { return v.Expected }},
	{"deviation", "", "One deviation.", true, func(v *detector.Verdict) float64 { return v.Deviation }},
	{"onset", "s", "When the anomaly began, in Unix time.", false, func(v *detector.Verdict) float64 { return float64(v.Onset) / 1e9 }},
	{"chance", "1", "Probability per value that a healthy series is so strange; 1 while it is too young.", false, func(v *detector.Verdict) float64 { return v.Chance }},
	{shapeGauge, "1", "What the anomaly looks like and which way of being strange it is, as attributes; always 1.", false, func(*detector.Verdict) float64 { return 1 }},
}

// shapeGauge alone carries what may change while an anomaly lasts, so that the
// other series keep their attributes.
const shapeGauge = "shape"

// subject is the series that a score is about.
type subject struct {
	metric, unit string
	attributes   pcommon.Map
	aspect       detector.Aspect
	time         int64
	exemplars    pmetric.ExemplarSlice
	hasExemplars bool
	contributors string // of a group, as of when its anomaly opened
}

// scoreBatch gathers the scores of a batch, resource by resource.
type scoreBatch struct {
	out  pmetric.Metrics
	live [gaugesPerView]pmetric.Metric
	ends [gaugesPerView]pmetric.Metric
	open bool // the present resource has scores
	made bool
}

// begin ends the last resource's scores; the next go to another one.
func (b *scoreBatch) begin() { b.flush() }

// add writes one score. end is empty while the anomaly lasts.
func (b *scoreBatch) add(resource pcommon.Resource, schema string, s *subject, v *detector.Verdict, end event.AnomalyEnd) {
	if !b.open {
		b.openResource(resource, schema)
	}
	for i := range gauges {
		to := b.live[i]
		if end != "" {
			to = b.ends[i]
		}
		g := &gauges[i]
		dp := to.Gauge().DataPoints().AppendEmpty()
		s.attributes.CopyTo(dp.Attributes())
		dp.Attributes().PutStr(attrMetric, s.metric)
		dp.Attributes().PutStr(attrAspect, s.aspect.String())
		if g.valueUnit && s.unit != "" {
			dp.Attributes().PutStr(attrUnit, s.unit)
		}
		if g.name == shapeGauge && end == "" {
			dp.Attributes().PutStr(attrShape, v.Shape.String())
			dp.Attributes().PutStr(attrChannel, v.Channel.String())
			if s.contributors != "" {
				dp.Attributes().PutStr(attrContrib, s.contributors)
			}
		}
		dp.SetTimestamp(pcommon.Timestamp(s.time))
		if v.Onset != 0 {
			dp.SetStartTimestamp(pcommon.Timestamp(v.Onset))
		}
		if end != "" {
			dp.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
			dp.Attributes().PutStr(attrEnd, string(end))
			continue
		}
		dp.SetDoubleValue(g.value(v))
		if i == 0 && s.hasExemplars {
			for n, x := range s.exemplars.All() {
				if n == maxExemplars {
					break
				}
				x.CopyTo(dp.Exemplars().AppendEmpty())
			}
		}
	}
}

func (b *scoreBatch) openResource(resource pcommon.Resource, schema string) {
	if !b.made {
		b.out, b.made = pmetric.NewMetrics(), true
	}
	rm := b.out.ResourceMetrics().AppendEmpty()
	resource.CopyTo(rm.Resource())
	rm.SetSchemaUrl(schema)
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(scopeName)
	for i := range gauges {
		b.live[i], b.ends[i] = pmetric.NewMetric(), pmetric.NewMetric()
		for _, m := range []pmetric.Metric{b.live[i], b.ends[i]} {
			m.SetName(scorePrefix + gauges[i].name)
			m.SetUnit(gauges[i].unit)
			m.SetDescription(gauges[i].description)
			m.SetEmptyGauge()
		}
	}
	b.open = true
}

// flush writes the metrics of a resource: the ends after the live ones and in
// metrics of their own, since Prometheus' exporter stops at the first point
// without a value.
func (b *scoreBatch) flush() {
	if !b.open {
		return
	}
	b.open = false
	rms := b.out.ResourceMetrics()
	metrics := rms.At(rms.Len() - 1).ScopeMetrics().At(0).Metrics()
	for _, set := range [2]*[gaugesPerView]pmetric.Metric{&b.live, &b.ends} {
		for i := range set {
			if set[i].Gauge().DataPoints().Len() > 0 {
				set[i].MoveTo(metrics.AppendEmpty())
			}
		}
	}
}

// result returns the batch; false if nothing was to be said.
func (b *scoreBatch) result() (pmetric.Metrics, bool) {
	b.flush()
	return b.out, b.made
}

// join appends the scores of the other batch.
func (b *scoreBatch) join(o *scoreBatch) {
	from, some := o.result()
	switch {
	case !some:
	case !b.made:
		b.out, b.made = from, true
	default:
		b.flush()
		from.ResourceMetrics().MoveAndAppendTo(b.out.ResourceMetrics())
	}
}

// endOf is the word on the wire for a change.
func endOf(c detector.Change) event.AnomalyEnd {
	switch c {
	case detector.ChangeReturned:
		return event.AnomalyReturned
	case detector.ChangeAdopted:
		return event.AnomalyAdopted
	}
	return ""
}

// wanted reports whether a verdict is sent.
func (m EmitMode) wanted(v *detector.Verdict) bool {
	switch {
	case v.Skip != detector.SkipNone:
		return false
	case v.Change != detector.ChangeNone:
		return true
	case m == EmitActive:
		return v.Phase == detector.PhaseOpen
	case m == EmitAll:
		return v.Phase != detector.PhaseLearning
	}
	return false
}

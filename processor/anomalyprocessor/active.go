package anomalyprocessor

import (
	"cmp"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/event"
)

// maxActive bounds the anomalies whose series are remembered by name, which is
// needed only to say that one is gone. Of more, the end is not said.
const maxActive = 10_000

// activeKey names an anomaly.
type activeKey struct {
	series detector.Key
	aspect detector.Aspect
}

// active is a series with an anomaly, as much of it as its last point needs.
type active struct {
	owner        *anomalyProcessor
	resource     pcommon.Resource
	schema       string
	attributes   pcommon.Map
	metric       string
	unit         string
	contributors string // see subject
	onset        int64
	last         int64 // Unix nanoseconds of the newest point
	arrived      int64 // when it came
	gap          int64 // longest interval between arrivals so far
}

const (
	minGone = int64(15 * time.Second)
	maxGone = int64(10 * time.Minute)
)

// gone reports whether the series ended: it is silent for five of its intervals.
func (a *active) gone(now int64) bool {
	return now-a.arrived > max(minGone, min(5*a.gap, maxGone))
}

// note keeps the list of active series right after a verdict.
func (e *engine) note(key activeKey, w *walk, s *subject, v *detector.Verdict, resource pcommon.Resource, schema string) {
	a, known := e.active[key]
	if v.Phase != detector.PhaseOpen {
		if known {
			delete(e.active, key)
		}
		return
	}
	if known {
		a.gap = max(a.gap, w.now-a.arrived)
		a.last, a.arrived, a.owner, a.onset = s.time, w.now, w.owner, v.Onset
		return
	}
	if len(e.active) >= maxActive {
		return
	}
	a = &active{
		owner: w.owner, schema: schema, metric: s.metric, unit: s.unit,
		contributors: s.contributors, onset: v.Onset, last: s.time, arrived: w.now,
		resource: pcommon.NewResource(), attributes: pcommon.NewMap(),
	}
	resource.CopyTo(a.resource)
	s.attributes.CopyTo(a.attributes)
	e.active[key] = a
}

// takeGone removes what ended in silence and returns its last words, by owner.
func (e *engine) takeGone(now int64) map[*anomalyProcessor]pmetric.Metrics {
	var ended []activeKey
	for key, a := range e.active {
		if a.gone(now) {
			ended = append(ended, key)
		}
	}
	if len(ended) == 0 {
		return nil
	}
	slices.SortFunc(ended, compareKeys)
	batches := map[*anomalyProcessor]*scoreBatch{}
	for _, key := range ended {
		a := e.active[key]
		delete(e.active, key)
		b := batches[a.owner]
		if b == nil {
			b = &scoreBatch{}
			batches[a.owner] = b
		}
		b.begin()
		s := subject{metric: a.metric, unit: a.unit, attributes: a.attributes, aspect: key.aspect, time: a.last + now - a.arrived}
		b.add(a.resource, a.schema, &s, &detector.Verdict{Onset: a.onset}, event.AnomalyGone)
	}
	out := make(map[*anomalyProcessor]pmetric.Metrics, len(batches))
	for owner, b := range batches {
		out[owner], _ = b.result()
	}
	return out
}

func compareKeys(a, b activeKey) int {
	return cmp.Or(
		cmp.Compare(a.series.A, b.series.A),
		cmp.Compare(a.series.B, b.series.B),
		cmp.Compare(a.aspect, b.aspect),
	)
}

package anomalyprocessor

import (
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// maxHeld bounds the points of transitions that wait for a consumer. The newest
// are dropped.
const maxHeld = 10_000

// transitions holds what could not be delivered.
type transitions struct {
	mu   sync.Mutex // guards the fields below
	held pmetric.Metrics
	n    int
	init bool
}

// put keeps transitions and returns how many were dropped.
func (t *transitions) put(m pmetric.Metrics) (dropped int) {
	n := m.DataPointCount()
	if n == 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n+n > maxHeld {
		return n
	}
	if !t.init {
		t.held, t.init = pmetric.NewMetrics(), true
	}
	m.ResourceMetrics().MoveAndAppendTo(t.held.ResourceMetrics())
	t.n += n
	return 0
}

// addTo moves what is held to the front of a batch, so that order is kept.
func (t *transitions) addTo(m pmetric.Metrics) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == 0 {
		return
	}
	m.ResourceMetrics().MoveAndAppendTo(t.held.ResourceMetrics())
	t.held.ResourceMetrics().MoveAndAppendTo(m.ResourceMetrics())
	t.n = 0
}

func (t *transitions) len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.n
}

// transitionsOf copies what must not get lost: the ends, and the beginnings too
// where nothing follows them.
func transitionsOf(scores pmetric.Metrics, emit EmitMode) pmetric.Metrics {
	kept := pmetric.NewMetrics()
	if emit != EmitTransitions && !hasEnd(scores) {
		return kept // the usual case costs no copy
	}
	scores.CopyTo(kept)
	if emit == EmitTransitions {
		return kept
	}
	kept.ResourceMetrics().RemoveIf(func(rm pmetric.ResourceMetrics) bool {
		rm.ScopeMetrics().RemoveIf(func(sm pmetric.ScopeMetrics) bool {
			sm.Metrics().RemoveIf(func(m pmetric.Metric) bool { return !isEnd(m) })
			return sm.Metrics().Len() == 0
		})
		return rm.ScopeMetrics().Len() == 0
	})
	return kept
}

func hasEnd(scores pmetric.Metrics) bool {
	for _, rm := range scores.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if isEnd(m) {
					return true
				}
			}
		}
	}
	return false
}

func isEnd(m pmetric.Metric) bool {
	return strings.HasPrefix(m.Name(), scorePrefix) && m.Type() == pmetric.MetricTypeGauge &&
		m.Gauge().DataPoints().Len() > 0 && m.Gauge().DataPoints().At(0).Flags().NoRecordedValue()
}

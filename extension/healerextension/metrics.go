package healerextension

import (
	"fmt"
	"net/http"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// metrics of the healer, served by its API. They are a set of its own, since a
// backend may run without a collector around it. All labels are closed sets.
type metrics struct{ set *vm.Set }

func newMetrics(h *healer) *metrics {
	m := &metrics{set: vm.NewSet()}
	m.set.NewGauge("otelheal_healer_actions_open", func() float64 { return h.countOpen() })
	m.set.NewGauge("otelheal_healer_outbox_limit", func() float64 { return float64(h.cfg.Journal.MaxOutbox) })
	m.set.NewGauge("otelheal_healer_up", func() float64 {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.broken != nil {
			return 0
		}
		return 1
	})
	return m
}

func (h *healer) countOpen() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.core == nil {
		return 0
	}
	open := 0
	for _, r := range h.core.Records() {
		if !r.State.Ended() {
			open++
		}
	}
	return float64(open)
}

func (m *metrics) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
}

func (m *metrics) count(format string, args ...any) {
	m.set.GetOrCreateCounter(fmt.Sprintf(format, args...)).Inc()
}

func (m *metrics) submitted(v healing.Verdict) {
	m.count(`otelheal_healer_submissions_total{verdict=%q}`, v)
}

// turnedAway counts messages over HTTP that were not taken.
func (m *metrics) turnedAway(cause string) {
	m.count(`otelheal_healer_turned_away_total{cause=%q}`, cause)
}

func (m *metrics) executed(verb string, e healing.Effect) {
	m.count(`otelheal_healer_effects_total{verb=%q,effect=%q}`, verb, e)
}

func (m *metrics) ended(o event.Outcome) {
	if o.State.Ended() {
		m.count(`otelheal_healer_outcomes_total{state=%q,reason=%q,page="%t"}`, o.State, o.Reason, o.Page)
	}
}

func (m *metrics) pageFailed() { m.count(`otelheal_healer_pages_failed_total`) }

func (m *metrics) journalled(d time.Duration, dropped int) {
	m.set.GetOrCreateHistogram(`otelheal_healer_journal_write_seconds`).Update(d.Seconds())
	m.set.GetOrCreateCounter(`otelheal_healer_outbox_dropped_total`).Add(dropped)
}

package healerextension

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// metrics of the healer, served by its API. They are a set of its own, since a
// backend may run without a collector around it. All labels are closed sets.
type metrics struct {
	set     *vm.Set
	open    func() map[standing]int
	killed  atomic.Bool  // at the last look
	missing atomic.Int64 // executors that gave no inventory at the last look
}

// standing is where an action stands that has not ended.
type standing struct {
	state  event.State
	reason healing.Reason // what it waits for, or empty
}

func newMetrics(h *healer) *metrics {
	m := &metrics{set: vm.NewSet(), open: h.standing}
	m.set.NewGauge("otelheal_healer_actions_open", func() float64 {
		n := 0
		for _, k := range h.standing() {
			n += k
		}
		return float64(n)
	})
	m.set.NewGauge("otelheal_healer_executors_missing", func() float64 { return float64(m.missing.Load()) })
	m.set.NewGauge("otelheal_healer_killed", func() float64 {
		if m.killed.Load() {
			return 1
		}
		return 0
	})
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

// standing counts the actions that have not ended.
func (h *healer) standing() map[standing]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	counts := map[standing]int{}
	if h.core == nil {
		return counts
	}
	for _, r := range h.core.Records() {
		if !r.State.Ended() {
			counts[standing{r.State, r.Reason}]++
		}
	}
	return counts
}

// saw notes what was found out about the world.
func (m *metrics) saw(env *healing.Env) {
	m.killed.Store(env.Killed != "")
	m.missing.Store(int64(len(env.Missing)))
}

func (m *metrics) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
	counts := m.open() // here and not in the set, so that what nothing stands at is no series
	for _, s := range slices.SortedFunc(maps.Keys(counts), func(a, b standing) int {
		return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(a.reason, b.reason))
	}) {
		fmt.Fprintf(w, "otelheal_healer_actions_standing{state=%q,reason=%q} %d\n", s.state, s.reason, counts[s])
	}
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
	m.set.GetOrCreatePrometheusHistogram(`otelheal_healer_journal_write_seconds`).Update(d.Seconds())
	m.set.GetOrCreateCounter(`otelheal_healer_outbox_dropped_total`).Add(dropped)
}

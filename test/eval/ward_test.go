package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// The executors that the shop's policies name.
const (
	processes = "process_executor/shop"
	frontend  = "http_executor/frontend"
)

// ward is a backend with a real healer and the inventory of a shop whose probes
// all pass. It writes down what the healer orders and says that it was done.
type ward struct {
	mu      sync.Mutex // guards what follows
	healer  *healing.Healer
	env     healing.Env
	actions []event.Action
	orders  []healing.Assignment
}

func newWard(rec *recording) *ward {
	return &ward{
		healer: healing.New(healing.Settings{Limits: healing.NewDefaultLimits(), Executors: []string{processes, frontend}, Keep: 1000}),
		env:    healing.Env{Units: units(rec)},
	}
}

// units are the instances that the recording has metrics of.
func units(rec *recording) []healing.Unit {
	var all []healing.Unit
	seen := map[event.Entity]bool{}
	for _, second := range rec.metrics {
		for _, md := range second {
			for _, rm := range md.ResourceMetrics().All() {
				get := func(key string) string { v, _ := rm.Resource().Attributes().Get(key); return v.AsString() }
				e := event.Entity{Namespace: get("service.namespace"), Service: get("service.name"), Instance: get("service.instance.id")}
				if seen[e] {
					continue
				}
				seen[e] = true
				start := time.Now()
				all = append(all, healing.Unit{
					Target: event.Target{Entity: e, Incarnation: event.Incarnation(get("process.pid") + "@1")},
					Status: event.AgentHealthy, Since: start, Started: start, Executor: processes,
				})
			}
		}
	}
	slices.SortFunc(all, func(a, b healing.Unit) int {
		return cmp.Compare(a.Target.Entity.String(), b.Target.Entity.String())
	})
	return all
}

// states are what the executor reports of its units.
func (w *ward) states(t *testing.T) plog.Logs {
	ld := plog.NewLogs()
	to := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	codec := eventlog.NewCodec("")
	for _, u := range w.env.Units {
		require.NoError(t, codec.WriteAgentState(to.AppendEmpty(), &event.AgentState{
			Entity: u.Target.Entity, Incarnation: u.Target.Incarnation, Status: u.Status,
			Since: u.Since, At: time.Now(), Source: processes,
		}))
	}
	return ld
}

// Start implements component.Component.
func (w *ward) Start(context.Context, component.Host) error { return nil }

// Shutdown implements component.Component.
func (w *ward) Shutdown(context.Context) error { return nil }

// Submit implements healing.Backend.
func (w *ward) Submit(_ context.Context, a *event.Action) (healing.Receipt, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	receipt, work := w.healer.Submit(a, time.Now())
	if receipt.Verdict == healing.VerdictAccepted {
		w.actions = append(w.actions, *a)
	}
	w.do(work)
	w.do(w.healer.Tick(w.env, time.Now()))
	return receipt, nil
}

// tick is called once a second.
func (w *ward) tick() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.do(w.healer.Tick(w.env, time.Now()))
}

func (w *ward) do(work healing.Work) {
	for _, o := range work.Orders {
		w.orders = append(w.orders, o)
		w.do(w.healer.Done(o.Order.ActionID, o.Order.Key, healing.Result{
			Effect: healing.EffectDone, Now: o.Order.Target, At: time.Now(),
		}, time.Now()))
	}
}

// executed names the orders, for people.
func (w *ward) executed() (list []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range w.orders {
		list = append(list, fmt.Sprintf("%s %s", o.Order.Verb, o.Order.Target))
	}
	return list
}

// host is a collector whose one extension is the ward.
type host struct{ ward *ward }

// GetExtensions implements component.Host.
func (h host) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.MustNewID("healer"): h.ward}
}

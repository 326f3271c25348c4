package backendtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/healerextension"
	"github.com/otelheal/otelheal/healing"
)

// ledger is an executor that counts what it is asked to do, for a witness
// beside the healer.
type ledger struct {
	component.StartFunc
	component.ShutdownFunc
	mu     sync.Mutex // guards the rest
	unit   healing.Unit
	orders int
}

func (*ledger) Verbs() []string { return []string{"restart"} }

func (l *ledger) Inventory(context.Context) ([]healing.Unit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return []healing.Unit{l.unit}, nil
}

func (l *ledger) Execute(_ context.Context, o healing.Order) healing.Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.Target != l.unit.Target {
		return healing.Result{Effect: healing.EffectSuperseded}
	}
	l.orders++
	l.unit.Started = time.Now()
	l.unit.Target.Incarnation = "2@2"
	return healing.Result{Effect: healing.EffectDone, Now: l.unit.Target, At: l.unit.Started}
}

func (*ledger) Lookup(context.Context, healing.Order) healing.Result {
	return healing.Result{Effect: healing.EffectUnknown}
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprint(w, l.orders)
}

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// Our own healer is a backend like anybody's, and is held to the same contract.
func TestHealerKeepsTheContract(t *testing.T) {
	target := event.Target{Entity: event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1"}, Incarnation: "1@1"}
	l := &ledger{unit: healing.Unit{Target: target, Status: event.AgentUnhealthy, Started: time.Now().Add(-time.Hour), Executor: "ledger"}}
	witness := httptest.NewServer(l)
	t.Cleanup(witness.Close)

	address := freeAddress(t)
	factory := healerextension.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"journal":   map[string]any{"path": filepath.Join(t.TempDir(), "healer.db")},
		"executors": []any{"ledger"},
		"http":      map[string]any{"endpoint": address, "signing_secrets": []any{secret}},
	}).Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	healer, err := factory.Create(t.Context(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, healer.Start(t.Context(), host{component.MustNewID("ledger"): l}))
	t.Cleanup(func() { require.NoError(t, healer.Shutdown(context.Background())) })
	require.NoError(t, healer.(extensioncapabilities.PipelineWatcher).Ready())

	found := run(t, Options{
		Endpoint: "http://" + address + "/v1/actions", Effects: witness.URL, Secret: secret,
		Timeout: 5 * time.Second, Settle: 450 * time.Millisecond, // several of the healer's ticks
		Act: true, Target: target, Verb: "restart", Executor: "ledger",
	})
	assert.Empty(t, found[Fail])
	assert.Empty(t, found[Unseen])
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

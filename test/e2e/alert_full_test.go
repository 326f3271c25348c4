package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/test/harness"
)

// passing hands alerts straight to a backend: what it refuses, the sender hears.
const passing = `
receivers:
  alert_webhook: {endpoint: HOOK, mac_key: KEY}
exporters:
  otlp_http:
    endpoint: BACKEND
    compression: none
    sending_queue: {enabled: false}
    retry_on_failure: {enabled: false}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    logs/alerts: {receivers: [alert_webhook], exporters: [otlp_http]}
`

// fullBackend refuses log records until it is told to take them.
type fullBackend struct {
	t *testing.T

	mu      sync.Mutex // guards what follows
	takes   bool
	refused int
	alerts  map[string]int
}

func (b *fullBackend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.takes {
		b.refused++
		http.Error(w, "full", http.StatusServiceUnavailable)
		return
	}
	req := plogotlp.NewExportRequest()
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil || req.UnmarshalProto(body) != nil {
		http.Error(w, "no logs", http.StatusBadRequest)
		return
	}
	for _, rl := range req.Logs().ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if a, trust, err := eventlog.NewCodec(macKey).ReadAlert(lr); err == nil && trust == eventlog.Verified {
					b.alerts[a.Name+" "+string(a.Status)]++
				}
			}
		}
	}
}

func (b *fullBackend) state() (refused, alerts int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused, len(b.alerts)
}

// A full pipeline loses nothing: Alertmanager is answered 503, comes again, and
// each alert arrives once.
func TestFullPipelineIsWaitedFor(t *testing.T) {
	backend := &fullBackend{t: t, alerts: map[string]int{}}
	server := httptest.NewServer(backend)
	defer server.Close()
	hook := harness.Ports(t, 1)[0]
	col := harness.Start(t, harness.Config(t, passing, "HOOK", hook, "BACKEND", server.URL, "KEY", macKey))
	am := startAlertmanager(t, "http://"+hook+"/v1/alerts", "")
	for k := range 10 {
		am.fire(fmt.Sprintf("A%d", k), time.Now(), map[string]string{"service": "payment"})
	}
	require.Eventually(t, func() bool { refused, _ := backend.state(); return refused >= 20 }, detects, 50*time.Millisecond, "it does not come again")
	backend.mu.Lock()
	backend.takes = true
	backend.mu.Unlock()
	require.Eventually(t, func() bool { _, n := backend.state(); return n == 10 }, 2*detects, 100*time.Millisecond, "not all arrived")
	am.resolve()
	require.Eventually(t, func() bool { _, n := backend.state(); return n == 20 }, 2*detects, 100*time.Millisecond, "not all ends arrived")
	require.NoError(t, col.Stop())
	for what, n := range backend.alerts {
		assert.Equal(t, 1, n, what)
	}
	assert.Contains(t, backend.alerts, "A3 "+string(event.AlertResolved))
}

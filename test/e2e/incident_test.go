package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/test/harness"
)

const macKey = "a key of at least sixteen bytes"

// watching has everything but a hand: what it finds goes to a file.
const watching = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}, http: {endpoint: HTTP}}}
processors:
  anomaly:
connectors:
  rca: {mac_key: KEY, resolve_after: 5s}
exporters:
  file: {path: DIR/incidents.jsonl, flush_interval: 100ms}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [rca]}
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp], exporters: [rca]}
    logs/incidents: {receivers: [rca], exporters: [file]}
`

// One fault is one incident: it opens, names payment, grows in revision, and
// resolves as recovered when payment works again.
func TestOneFaultIsOneIncident(t *testing.T) {
	ports, dir := harness.Ports(t, 2), t.TempDir()
	col := harness.Start(t, harness.Config(t, watching, "GRPC", ports[0], "HTTP", ports[1], "KEY", macKey, "DIR", dir))
	app := harness.RunApp(t, ports[0])
	require.Eventually(t, func() bool { return app.Sent() >= 25*20 }, learns, 100*time.Millisecond)
	app.Fail(true)
	broke := time.Now()

	codec := eventlog.NewCodec(macKey)
	file := filepath.Join(dir, "incidents.jsonl")
	is := func(status event.IncidentStatus) func(plog.LogRecord) bool {
		return func(lr plog.LogRecord) bool {
			i, trust, err := codec.ReadIncident(lr)
			return err == nil && trust == eventlog.Verified && i.Status == status && (i.Settled || status == event.IncidentResolved)
		}
	}
	open, _, err := codec.ReadIncident(harness.WaitRecord(t, file, detects, is(event.IncidentOpen)))
	require.NoError(t, err)
	t.Logf("an incident %s after the fault: %s", open.UpdatedAt.Sub(broke).Round(time.Millisecond), open.Summary)
	assert.Equal(t, "payment", open.Cause.Target.Entity.Service)
	assert.Equal(t, event.KindErrors, open.Cause.Kind)
	assert.Empty(t, open.Cause.Target.Incarnation, "nobody reported a process, so there is none to be acted on")

	app.Fail(false)
	harness.WaitRecord(t, file, 2*detects, is(event.IncidentResolved))
	app.Stop()
	require.NoError(t, col.Stop())
	ids, last := map[string]bool{}, uint64(0)
	for _, lr := range harness.Records(t, file) {
		i, trust, err := codec.ReadIncident(lr)
		require.NoError(t, err)
		require.Equal(t, eventlog.Verified, trust)
		ids[i.ID] = true
		assert.GreaterOrEqual(t, i.Revision, last)
		last = i.Revision
	}
	assert.Len(t, ids, 1)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

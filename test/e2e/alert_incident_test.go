package e2e

import (
	"os/exec"
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

// alerted takes alerts and telemetry, and writes alerts and incidents to files.
const alerted = `
extensions:
  basicauth: {htpasswd: {inline: "alertmanager:let me in"}}
  file_storage: {directory: DIR/storage, create_directory: true}
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  alert_webhook:
    endpoint: HOOK
    auth: {authenticator: basicauth}
    storage: file_storage
    mac_key: KEY
connectors:
  rca: {mac_key: KEY, resolve_after: 5s}
exporters:
  file/alerts: {path: DIR/alerts.jsonl, flush_interval: 100ms, append: true}
  file/incidents: {path: DIR/incidents.jsonl, flush_interval: 100ms, append: true}
service:
  extensions: [basicauth, file_storage]
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp], exporters: [rca]}
    logs/alerts: {receivers: [alert_webhook], exporters: [rca, file/alerts]}
    logs/incidents: {receivers: [rca], exporters: [file/incidents]}
`

const basic = `basic_auth: {username: alertmanager, password: let me in}`

// alertsIn reads the alerts of a file, with what else their records say.
func alertsIn(t *testing.T, path string) (list []event.Alert, attributes []map[string]any) {
	t.Helper()
	for _, lr := range harness.Records(t, path) {
		a, trust, err := eventlog.NewCodec(macKey).ReadAlert(lr)
		require.NoError(t, err)
		require.Equal(t, eventlog.Verified, trust)
		list, attributes = append(list, *a), append(attributes, lr.Attributes().AsRaw())
	}
	return list, attributes
}

// incidentsIn reads the incidents of a file: of each the newest revision.
func incidentsIn(t *testing.T, path string) map[string]*event.Incident {
	t.Helper()
	newest := map[string]*event.Incident{}
	for _, lr := range harness.Records(t, path) {
		i, trust, err := eventlog.NewCodec(macKey).ReadIncident(lr)
		require.NoError(t, err)
		require.Equal(t, eventlog.Verified, trust)
		newest[i.ID] = i
	}
	return newest
}

// A real Alertmanager tells of payment: that opens an incident of payment, by
// what was told, and its end ends it. A trial does neither, nor what was forged.
func TestAlertOpensAndEndsAnIncident(t *testing.T) {
	ports, dir := harness.Ports(t, 2), t.TempDir()
	col := harness.Start(t, harness.Config(t, alerted, "GRPC", ports[0], "HOOK", ports[1], "DIR", dir, "KEY", macKey))
	am := startAlertmanager(t, "http://"+ports[1]+"/v1/alerts", basic)
	file := filepath.Join(dir, "incidents.jsonl")

	// Anyone who can send OTLP can write such a record, but not with the key.
	forged := plog.NewLogs()
	require.NoError(t, eventlog.NewCodec("a key that nobody here has").WriteAlert(
		forged.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty(),
		&event.Alert{Fingerprint: "f", Name: "Forged", Status: event.AlertFiring, StartsAt: time.Now(), Entity: event.Entity{Service: "cart"}}))
	require.NoError(t, harness.Dial(t, ports[0]).Logs(t.Context(), forged))

	out, err := exec.Command("amtool", "--alertmanager.url=http://"+am.address, "alert", "add", "TryOtelheal", "service_name=cart", "test=true").CombinedOutput()
	require.NoError(t, err, "%s", out)
	fired := time.Now()
	am.fire("PaymentBroken", fired, map[string]string{"service_name": "payment", "service_namespace": "shop", "severity": "critical"})
	is := func(status event.IncidentStatus) func(plog.LogRecord) bool {
		return func(lr plog.LogRecord) bool {
			i, _, err := eventlog.NewCodec(macKey).ReadIncident(lr)
			return err == nil && i.Status == status
		}
	}
	open, _, err := eventlog.NewCodec(macKey).ReadIncident(harness.WaitRecord(t, file, detects, is(event.IncidentOpen)))
	require.NoError(t, err)
	t.Logf("an incident %s after the alert: %s", time.Since(fired).Round(time.Millisecond), open.Summary)
	assert.Equal(t, event.Entity{Namespace: "shop", Service: "payment"}, open.Cause.Target.Entity)
	require.NotEmpty(t, open.Evidence)
	assert.Equal(t, event.Told, open.Evidence[0].Class)

	am.resolve()
	harness.WaitRecord(t, file, 2*detects, is(event.IncidentResolved))
	require.Eventually(t, func() bool { list, _ := alertsIn(t, filepath.Join(dir, "alerts.jsonl")); return len(list) >= 3 }, detects, 100*time.Millisecond)
	require.NoError(t, col.Stop())
	all := incidentsIn(t, file)
	require.Len(t, all, 1, "what was forged and the trial opened nothing")
	assert.Equal(t, event.ResolvedRecovered, all[open.ID].Resolution)
	list, _ := alertsIn(t, filepath.Join(dir, "alerts.jsonl"))
	seen := map[string]int{}
	for _, a := range list {
		seen[a.Name+" "+string(a.Status)+" "+string(a.Ignored)]++
	}
	assert.Equal(t, 1, seen["PaymentBroken firing "])
	assert.Equal(t, 1, seen["PaymentBroken resolved "])
	assert.Equal(t, 1, seen["TryOtelheal firing test"])
}

// While payment fails, and its traces show it, an alert about its caller is one
// more piece of evidence in the incident of payment, not another incident.
func TestAlertJoinsTheIncidentItBelongsTo(t *testing.T) {
	ports, dir := harness.Ports(t, 2), t.TempDir()
	col := harness.Start(t, harness.Config(t, alerted, "GRPC", ports[0], "HOOK", ports[1], "DIR", dir, "KEY", macKey))
	am := startAlertmanager(t, "http://"+ports[1]+"/v1/alerts", basic)
	app := harness.RunApp(t, ports[0])
	require.Eventually(t, func() bool { return app.Sent() >= 25*20 }, learns, 100*time.Millisecond)
	app.Fail(true)
	am.fire("FrontendErrors", time.Now(), map[string]string{"job": "shop/frontend"})

	file := filepath.Join(dir, "incidents.jsonl")
	joined := func() *event.Incident {
		for _, i := range incidentsIn(t, file) {
			told, seen := false, false
			for _, x := range i.Evidence {
				told = told || x.Signal == event.SignalAlert && x.Class == event.Told && x.Entity.Service == "frontend"
				seen = seen || x.Signal == event.SignalTrace
			}
			if told && seen {
				return i
			}
		}
		return nil
	}
	require.Eventually(t, func() bool { return joined() != nil }, detects, 200*time.Millisecond, "the alert is in no incident with others")
	require.Eventually(t, func() bool { i := joined(); return i != nil && i.Cause.Target.Entity.Service == "payment" }, detects, 200*time.Millisecond,
		"payment is not blamed")
	app.Fail(false)
	am.resolve()
	require.Eventually(t, func() bool {
		for _, i := range incidentsIn(t, file) {
			if i.Status != event.IncidentResolved {
				return false
			}
		}
		return true
	}, 2*detects, 200*time.Millisecond)
	app.Stop()
	require.NoError(t, col.Stop())
	assert.Len(t, incidentsIn(t, file), 1)
}

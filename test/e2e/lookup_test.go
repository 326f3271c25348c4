package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

const looksUp = `
receivers: {otlp: {protocols: {grpc: {endpoint: GRPC}}}}
connectors:
  rca: {logs_lookup: {endpoint: "http://LOKI", tenant: team-a, timeout: 5s, trace_id_in: WHERE}}
service:
  telemetry: {metrics: {level: normal, readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: METRICS}}}}]}}
  pipelines: {traces: {receivers: [otlp], exporters: [rca]}}
`

// startLookingUp runs a collector whose application writes its logs to Loki only.
func startLookingUp(t *testing.T, l *lokiServer, where string) (app *harness.App, file, metrics string) {
	t.Helper()
	ports, dir := harness.Ports(t, 2), t.TempDir()
	_, port, _ := strings.Cut(ports[1], ":")
	more := []string{"KEY", macKey, "DIR", dir, "GRPC", ports[0], "LOKI", l.address, "WHERE", where, "METRICS", port}
	harness.Start(t, harness.Config(t, finding, more...), harness.Config(t, looksUp, more...))
	app = harness.RunApp(t, ports[0])
	require.Eventually(t, func() bool { return app.Sent() >= 20*20 }, learns, 100*time.Millisecond)
	return app, filepath.Join(dir, "incidents.jsonl"), ports[1]
}

func (l *lokiServer) post(path, contentType string, body []byte) {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, "http://"+l.address+path, bytes.NewReader(body))
	require.NoError(l.t, err)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("X-Scope-OrgID", "team-a")
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	require.NoError(l.t, err)
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	require.Less(l.t, resp.StatusCode, 300, "%s", answer)
}

const ledgerLocked = "the ledger of account 17 is locked"

// pushLines writes what payment logged in traces, as a program with a JSON log does.
func (l *lokiServer) pushLines(from, to int64) {
	var values [][2]string
	for k := from; k <= to; k++ {
		values = append(values, [2]string{fmt.Sprint(time.Now().UnixNano() + k),
			fmt.Sprintf(`{"level":"ERROR","message":%q,"trace_id":"0100000000000000%016x"}`, ledgerLocked, k)})
	}
	body, err := json.Marshal(map[string]any{"streams": []any{map[string]any{"stream": map[string]string{"service_name": "payment"}, "values": values}}})
	require.NoError(l.t, err)
	l.post("/loki/api/v1/push", "application/json", body)
}

// pushOTLP writes the same as an SDK does.
func (l *lokiServer) pushOTLP(from, to int64) {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "payment")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	for k := from; k <= to; k++ {
		lr := records.AppendEmpty()
		lr.Body().SetStr(ledgerLocked)
		lr.SetSeverityText("ERROR")
		lr.SetSeverityNumber(plog.SeverityNumberError)
		lr.SetTimestamp(pcommon.NewTimestampFromTime(time.Now().Add(time.Duration(k))))
		lr.SetTraceID(pcommon.TraceID{0: 1, 14: byte(k >> 8), 15: byte(k)})
	}
	body, err := plogotlp.NewExportRequestFromLogs(ld).MarshalProto()
	require.NoError(l.t, err)
	l.post("/otlp/v1/logs", "application/x-protobuf", body)
}

// tellsOfLedger waits for an incident that shows what only Loki has.
func tellsOfLedger(t *testing.T, file string, meanwhile func()) *event.Incident {
	t.Helper()
	return waitIncident(t, file, func(i *event.Incident) bool {
		meanwhile()
		for _, e := range i.Evidence {
			if strings.Contains(e.Text, "the log store has of this trace, by payment: "+ledgerLocked) {
				return true
			}
		}
		return false
	})
}

// opens waits for the incident and holds it against the time that it takes
// without any store.
func opens(t *testing.T, app *harness.App, file string) {
	t.Helper()
	app.Fail(true)
	broke := time.Now()
	i := waitIncident(t, file, func(i *event.Incident) bool { return i.Settled })
	t.Logf("an incident %s after the fault", i.UpdatedAt.Sub(broke).Round(time.Millisecond))
	assert.Less(t, i.UpdatedAt.Sub(broke), 4*time.Second)
}

// What the traces logged is in Loki only, and shown with the incident.
func TestLogsAreLookedUpInLoki(t *testing.T) {
	for where, push := range map[string]func(*lokiServer, int64, int64){"line": (*lokiServer).pushLines, "metadata": (*lokiServer).pushOTLP} {
		t.Run(where, func(t *testing.T) {
			l := newLoki(t)
			app, file, metrics := startLookingUp(t, l, where)
			l.start()
			from := app.Sent() + 1
			opens(t, app, file)
			began := time.Now()
			i := tellsOfLedger(t, file, func() {
				if to := app.Sent(); to >= from {
					push(l, from, to)
					from = to + 1
				}
			})
			t.Logf("the logs %s later: %s", time.Since(began).Round(time.Millisecond), i.Summary)
			assert.Equal(t, "payment", i.Cause.Target.Entity.Service)
			assert.Positive(t, counter(t, metrics, "connector_rca_lookups", `result="found"`))
		})
	}
}

// A Loki that is dead costs nothing but its logs; when it comes, it is asked again.
func TestDeadLokiHoldsUpNothing(t *testing.T) {
	l := newLoki(t)
	app, file, metrics := startLookingUp(t, l, "line")
	from := app.Sent() + 1
	opens(t, app, file)
	require.Eventually(t, func() bool { return counter(t, metrics, "connector_rca_lookups", `result="failed"`) >= 3 }, 30*time.Second, 200*time.Millisecond)
	l.start()
	l.pushLines(from, app.Sent())
	from = app.Sent() + 1
	tellsOfLedger(t, file, func() {
		if to := app.Sent(); to >= from {
			l.pushLines(from, to)
			from = to + 1
		}
	})
}

// In the first ten seconds after its start a Loki listens, and answers late or
// with errors. The incident does not wait for it, and shows later what it has.
func TestLokiThatHasJustStartedHoldsUpNothing(t *testing.T) {
	l := newLoki(t)
	app, file, metrics := startLookingUp(t, l, "line")
	l.launch()
	began := time.Now()
	require.Eventually(t, func() bool { return !strings.Contains(get(t, "http://"+l.address+"/ready"), "connection refused") }, 30*time.Second, 50*time.Millisecond)
	from := app.Sent() + 1
	opens(t, app, file)
	t.Logf("Loki's age was %s", time.Since(began).Round(time.Millisecond))
	l.waitReady()
	t.Logf("it is ready after %s, and failed %v lookups before", time.Since(began).Round(time.Millisecond),
		counter(t, metrics, "connector_rca_lookups", `result="failed"`))
	tellsOfLedger(t, file, func() {
		if to := app.Sent(); to >= from {
			l.pushLines(from, to)
			from = to + 1
		}
	})
	t.Logf("the logs after %s", time.Since(began).Round(time.Millisecond))
}

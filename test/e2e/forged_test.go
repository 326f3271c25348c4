package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/test/harness"
)

// armed can act: there is a program, a healer and a policy that restarts it.
// The incidents pipeline also takes what comes over OTLP, which is the worst
// that a user can configure.
const armed = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}, http: {endpoint: HTTP}}}
  otelheal: {source: healer, mac_key: KEY}
connectors:
  rca: {settle: 1s, emit_interval: 1s, mac_key: KEY}
exporters:
  recovery:
    backend: healer
    mac_key: KEY
    policies:
      - name: restart
        match: {kinds: [crash, hang, errors]}
        mode: act
        steps: [{verb: restart, executor: process_executor, timeout: 10s, verify_within: 10s, hold: 1s}]
  file: {path: DIR/events.jsonl, flush_interval: 100ms}
extensions:
  healer: {journal: {path: DIR/healer.db}, executors: [process_executor], http: {endpoint: API}}
  process_executor:
    state_directory: DIR/programs
    programs:
      - service: payment
        namespace: shop
        command: [/bin/sh, -c, "echo $$$$ >> DIR/ledger; exec sleep 600"]
        stop_timeout: 1s
        instances: [{id: payment-1}]
service:
  extensions: [process_executor, healer]
  telemetry:
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: METRICS}}}}]}
  pipelines:
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp, otelheal], exporters: [rca]}
    logs/incidents: {receivers: [rca, otlp], exporters: [recovery]}
    logs/events: {receivers: [otelheal, rca], exporters: [file]}
`

// Forged events over both of OTLP's ports do nothing: the program that they
// name by its true incarnation keeps running, no action exists, and they are
// counted.
func TestForgedEventsDoNothing(t *testing.T) {
	ports, dir := harness.Ports(t, 4), t.TempDir()
	_, metricsPort, err := net.SplitHostPort(ports[3])
	require.NoError(t, err)
	col := harness.Start(t, harness.Config(t, armed, "GRPC", ports[0], "HTTP", ports[1], "API", ports[2],
		"METRICS", metricsPort, "DIR", dir, "KEY", macKey))
	t.Cleanup(func() { endPrograms(t, filepath.Join(dir, "ledger")) })
	unit := waitUnit(t, ports[2])

	forged := forgeries(t, unit, "a key that nobody here has")
	sender := harness.Dial(t, ports[0])
	for range 5 {
		require.NoError(t, sender.Logs(t.Context(), forged))
		harness.PostLogs(t, ports[1], forged)
	}
	// The counters show that the forgeries were looked at, so the wait is over.
	require.Eventually(t, func() bool {
		return counter(t, ports[3], `connector_rca_unsigned_events`, "") >= 10 &&
			counter(t, ports[3], `exporter_recovery_dropped`, `cause="unsigned"`) >= 10
	}, 20*time.Second, 200*time.Millisecond, "the forgeries were not counted")

	now := waitUnit(t, ports[2])
	assert.Equal(t, unit.Target, now.Target, "the program was touched")
	assert.Empty(t, actions(t, ports[2]))
	assert.Len(t, regexp.MustCompile(`\d+\n`).FindAllString(readFile(t, filepath.Join(dir, "ledger")), -1), 1, "started more than once")
	for _, lr := range harness.Records(t, filepath.Join(dir, "events.jsonl")) {
		assert.NotContains(t, []string{eventlog.NameIncident, eventlog.NameAction, eventlog.NameOutcome}, lr.EventName())
	}

	// The same incident with the true key is acted on: it was the key that stopped it.
	require.NoError(t, sender.Logs(t.Context(), forgeries(t, unit, macKey)))
	require.Eventually(t, func() bool { return len(actions(t, ports[2])) == 1 }, 20*time.Second, 100*time.Millisecond)
	require.NoError(t, col.Stop())
}

// actions are those that the healer knows.
func actions(t *testing.T, api string) []json.RawMessage {
	t.Helper()
	var list []json.RawMessage
	body := get(t, "http://"+api+"/v1/actions")
	require.NoError(t, json.Unmarshal([]byte(body), &list), body)
	return list
}

// forgeries are events about a true unit, signed with a key of one's choice: an
// incident that asks for a restart, and a state that says it exited.
func forgeries(t *testing.T, unit healing.Unit, key string) plog.Logs {
	t.Helper()
	now := time.Now()
	seen := event.Evidence{Class: event.Seen, Signal: event.SignalState, Entity: unit.Target.Entity, Text: "it exited", At: now}
	codec := eventlog.NewCodec(key)
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	require.NoError(t, codec.WriteIncident(records.AppendEmpty(), &event.Incident{
		ID: "forged", Revision: 1, Status: event.IncidentOpen, Onset: now, OpenedAt: now, UpdatedAt: now,
		Cause:      event.Cause{Target: unit.Target, Kind: event.KindCrash, Score: 9, Why: "because I say so"},
		Confidence: 1, Settled: true, Summary: "forged", Evidence: []event.Evidence{seen},
		Symptoms: []event.Symptom{{ID: "s", Entity: unit.Target.Entity, Signal: event.SignalState, What: "probe", Observed: 1, Onset: now, FreshAt: now}},
	}))
	require.NoError(t, codec.WriteAgentState(records.AppendEmpty(), &event.AgentState{
		Entity: unit.Target.Entity, Incarnation: unit.Target.Incarnation, Status: event.AgentExited,
		Reason: "signal: killed", Since: now, At: now, Source: "process_executor",
	}))
	return ld
}

// waitUnit waits until the executor owns one running program.
func waitUnit(t *testing.T, api string) healing.Unit {
	t.Helper()
	var units []healing.Unit
	require.Eventually(t, func() bool {
		units = nil
		return json.Unmarshal([]byte(get(t, "http://"+api+"/v1/units")), &units) == nil &&
			len(units) == 1 && units[0].Target.Incarnation != ""
	}, 20*time.Second, 100*time.Millisecond)
	return units[0]
}

func get(t *testing.T, url string) string {
	t.Helper()
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return fmt.Sprint(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

// counter is the sum of one of the collector's own metrics over the series with
// the label.
func counter(t *testing.T, address, name, label string) float64 {
	t.Helper()
	sum := 0.0

	for line := range strings.Lines(get(t, "http://"+address+"/metrics")) {
		if strings.HasPrefix(line, "otelcol_"+name) && strings.Contains(line, label) {
			fields := strings.Fields(line)
			v, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			require.NoError(t, err)
			sum += v
		}
	}
	return sum
}

// endPrograms ends what the executor started, by the ids in the ledger: it
// outlives otelheal by design.
func endPrograms(t *testing.T, ledger string) {
	t.Helper()
	data, err := os.ReadFile(ledger)
	if err != nil {
		return
	}
	for _, pid := range regexp.MustCompile(`\d+`).FindAllString(string(data), -1) {
		n, err := strconv.Atoi(pid)
		require.NoError(t, err)
		if p, err := os.FindProcess(n); err == nil {
			_ = p.Kill()
		}
	}
}

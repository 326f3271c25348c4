package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// startPrometheus runs a real one with our example of its configuration and our
// rules, and the addresses of that in place of the usual ones.
func startPrometheus(t *testing.T, collector, healer string) string {
	t.Helper()
	program := installed(t, "prometheus")
	dir := t.TempDir()
	const examples = "../../examples/prometheus/"
	config, err := os.ReadFile(examples + "prometheus.yml")
	require.NoError(t, err)
	text := strings.NewReplacer("127.0.0.1:8888", collector, "127.0.0.1:8085", healer, ": 5s", ": 1s").Replace(string(config))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(text), 0o600))
	rules, err := os.ReadFile(examples + "rules.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yaml"), rules, 0o600))
	address := harness.Ports(t, 1)[0]
	newServer(t, program, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address).launch()
	require.Eventually(t, func() bool { return strings.Contains(get(t, "http://"+address+"/-/ready"), "Ready") }, 30*time.Second, 100*time.Millisecond)
	return address
}

// asks returns the label sets that a query finds at present.
func asks(t *testing.T, prometheus, promQL string) (found []map[string]string) {
	body := get(t, "http://"+prometheus+"/api/v1/query?"+url.Values{"query": {promQL}}.Encode())
	var answer struct {
		Status string
		Data   struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if json.Unmarshal([]byte(body), &answer) != nil || answer.Status != "success" {
		t.Logf("%s: %s", promQL, body)
		return nil
	}
	for _, r := range answer.Data.Result {
		found = append(found, r.Metric)
	}
	return found
}

const scraped = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  otelheal: {source: healer}
processors: {anomaly: }
connectors: {rca: {resolve_after: 5s}}
exporters: {recovery: {backend: healer}}
extensions:
  healer: {journal: {path: DIR/healer.db}, http: {endpoint: HEALER}}
service:
  extensions: [healer]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: PORT}}}}]}}
  pipelines:
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [rca]}
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp, otelheal], exporters: [rca]}
    logs/incidents: {receivers: [rca], exporters: [recovery]}
`

// A real Prometheus sees an incident with its cause, the page that nobody's
// policy leads to, and the end; our rules alert about it.
func TestPrometheusSeesIncidentsAndOutcomes(t *testing.T) {
	ports, dir := harness.Ports(t, 3), t.TempDir()
	_, port, _ := strings.Cut(ports[1], ":")
	harness.Start(t, harness.Config(t, scraped, "GRPC", ports[0], "PORT", port, "HEALER", ports[2], "DIR", dir))
	prometheus := startPrometheus(t, ports[1], ports[2])
	seen := func(promQL string, within time.Duration) []map[string]string {
		t.Helper()
		var found []map[string]string
		require.Eventually(t, func() bool { found = asks(t, prometheus, promQL); return len(found) > 0 }, within, 200*time.Millisecond, promQL)
		return found
	}
	seen(`count(up == 1) == 2`, 20*time.Second)
	assert.Empty(t, asks(t, prometheus, `otelheal_incidents_open`))

	app := harness.RunApp(t, ports[0])
	require.Eventually(t, func() bool { return app.Sent() >= 25*20 }, learns, 100*time.Millisecond)
	app.Fail(true)
	open := seen(`otelheal_incidents_open == 1`, detects)
	require.Len(t, open, 1)
	assert.Equal(t, "shop/payment", open[0]["service"])
	t.Logf("open: %v", open[0])
	queries := dashboardQueries(t)
	const standing = "Actions by where they stand: {{state}} {{reason}}"
	seen(queries[standing], 20*time.Second) // until it has ended
	delete(queries, standing)
	paged := seen(`otelheal_healer_outcomes_total{page="true"} == 1`, 60*time.Second)
	t.Logf("outcome: %v", paged[0])
	seen(`ALERTS{alertname="OtelhealPersonNeeded", alertstate="firing"}`, 20*time.Second)

	// Somebody without a key tries the healer's port.
	resp, err := http.Post("http://"+ports[2]+"/v1/actions", "application/cloudevents+json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	forged := seen(`ALERTS{alertname="OtelhealForgery", alertstate="firing"}`, 20*time.Second)
	assert.Equal(t, "signature", forged[0]["cause"])

	// Each panel of the dashboard shows something, but those of what did not happen.
	for _, title := range []string{
		"Effects of executors: {{verb}} {{effect}}", "Wait for consent", // no policy acts
		"Could not be sent: {{exporter}}", "Could not be sent: Loki: {{cause}}",
		"Incidents that led to nothing: {{cause}}", "Turned away: rca, unsigned: {{event}}",
	} {
		require.Contains(t, queries, title)
		assert.Empty(t, asks(t, prometheus, queries[title]), title)
		delete(queries, title)
	}
	require.Greater(t, len(queries), 20)
	silent := func() (titles []string) {
		for title, query := range queries {
			if len(asks(t, prometheus, query)) == 0 {
				titles = append(titles, title)
			}
		}
		return titles
	}
	assert.Eventually(t, func() bool { return len(silent()) == 0 }, 30*time.Second, time.Second)
	assert.Empty(t, silent())

	app.Fail(false)
	require.Eventually(t, func() bool { return len(asks(t, prometheus, `otelheal_incidents_open`)) == 0 }, 60*time.Second, 200*time.Millisecond,
		"the series ends with the incident")
}

package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

// scrapes reads a Prometheus exporter for payment, and sends scores on to
// VictoriaMetrics. A job says no namespace and no instance as the spans have
// them, so the configuration does. How an anomaly ended would make its last
// point one of another series, and the first would never end.
const scrapes = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  prometheus:
    config:
      scrape_configs:
        - {job_name: payment, scrape_interval: 1s, static_configs: [{targets: [EXPORTER]}]}
processors:
  resource:
    attributes:
      - {key: service.namespace, value: shop, action: upsert}
      - {key: service.instance.id, value: payment-1, action: upsert}
  anomaly: {warm_up: 8s, min_samples: 8}
  transform/scores:
    metric_statements: ['delete_key(datapoint.attributes, "otelheal.anomaly.end")']
connectors: {forward/scores: }
exporters:
  prometheus_remote_write: {endpoint: "http://VICTORIA/api/v1/write"}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [rca]}
    metrics: {receivers: [prometheus], processors: [resource, anomaly], exporters: [rca, forward/scores]}
    metrics/scores: {receivers: [forward/scores], processors: [transform/scores], exporters: [prometheus_remote_write]}
`

// startDebian runs a program of Debian's and waits until it listens.
func startDebian(t *testing.T, address, name string, args ...string) {
	t.Helper()
	newServer(t, installed(t, name), args...).launch()
	require.Eventually(t, func() bool { return !strings.Contains(get(t, "http://"+address+"/metrics"), "connection refused") },
		30*time.Second, 100*time.Millisecond)
}

// startNodeExporter runs Prometheus' own exporter; what it shows of payment is
// what the returned function writes.
func startNodeExporter(t *testing.T) (address string, heap func(bytes int)) {
	t.Helper()
	harness.FullBinary(t)
	dir := t.TempDir()
	heap = func(bytes int) {
		text := fmt.Sprintf("# HELP payment_heap_bytes Memory in use.\n# TYPE payment_heap_bytes gauge\npayment_heap_bytes %d\n", bytes)
		temporary := filepath.Join(dir, "payment.tmp")
		require.NoError(t, os.WriteFile(temporary, []byte(text), 0o644))
		require.NoError(t, os.Rename(temporary, filepath.Join(dir, "payment.prom")))
	}
	heap(100 << 20)
	address = harness.Ports(t, 1)[0]
	startDebian(t, address, "prometheus-node-exporter", "--web.listen-address="+address, "--collector.disable-defaults",
		"--collector.textfile", "--collector.textfile.directory="+dir)
	return address, heap
}

// ask returns the values that VictoriaMetrics has at present, by series.
func ask(t *testing.T, victoria, promQL string) (found map[string]string) {
	t.Helper()
	body := get(t, "http://"+victoria+"/api/v1/query?"+url.Values{"query": {promQL}}.Encode())
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if json.Unmarshal([]byte(body), &answer) != nil {
		return nil
	}
	found = map[string]string{}
	for _, r := range answer.Data.Result {
		found[r.Metric["otelheal_metric_name"]] = fmt.Sprint(r.Value[1])
	}
	return found
}

// What a real exporter shows becomes evidence about the service that the spans
// blame, and its score a series of VictoriaMetrics that ends when it is over.
func TestScrapedMetricsReachAVerdictAndVictoriaMetrics(t *testing.T) {
	exporter, heap := startNodeExporter(t)
	victoria := harness.Ports(t, 1)[0]
	startDebian(t, victoria, "victoria-metrics", "-httpListenAddr="+victoria, "-storageDataPath="+t.TempDir(), "-search.latencyOffset=0s")
	otlp := harness.Ports(t, 1)[0]
	_, file := startFinding(t, scrapes, "GRPC", otlp, "EXPORTER", exporter, "VICTORIA", victoria)
	app := harness.RunApp(t, otlp)
	const scores = `otelheal_anomaly_score{job="shop/payment",instance="payment-1"}`
	require.Eventually(t, func() bool { return app.Sent() >= 20*20 }, learns, 100*time.Millisecond)
	assert.NotContains(t, ask(t, victoria, scores), "payment_heap_bytes")

	heap(400 << 20)
	app.Fail(true)
	i := waitIncident(t, file, func(i *event.Incident) bool {
		for _, e := range i.Evidence {
			if e.Signal == event.SignalMetric && strings.HasPrefix(e.Text, "payment_heap_bytes") {
				return true
			}
		}
		return false
	})
	t.Log(i.Summary)
	assert.Equal(t, event.Entity{Namespace: "shop", Service: "payment"}, i.Cause.Target.Entity.OfService())
	require.Eventually(t, func() bool { return ask(t, victoria, scores)["payment_heap_bytes"] != "" }, 20*time.Second, 200*time.Millisecond)
	assert.NotContains(t, ask(t, victoria, `otelheal_anomaly_score{job!="shop/payment"}`), "payment_heap_bytes")
	t.Log("VictoriaMetrics has ", ask(t, victoria, scores))

	heap(100 << 20)
	require.Eventually(t, func() bool { return ask(t, victoria, scores)["payment_heap_bytes"] == "" }, 60*time.Second, 200*time.Millisecond,
		"the score ends with the anomaly")
}

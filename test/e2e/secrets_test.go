package e2e

import (
	"encoding/base64"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// planted is everything that a configuration can keep secret, each findable.
var planted = map[string]string{
	"S-MAC":      "planted-mac-key-of-16-bytes-01",
	"S-BEARER":   "planted-bearer-token-02",
	"S-BASIC":    "planted-basic-password-03",
	"S-HMAC":     "planted-hmac-secret-04",
	"S-HEADER":   "planted-header-value-05",
	"S-QUERY":    "planted-query-value-06",
	"S-LOKI":     "planted-loki-header-07",
	"S-STEP":     "planted-executor-header-08",
	"S-SIGNING":  "whsec_" + base64.StdEncoding.EncodeToString([]byte("planted-signing-secret-09")),
	"S-SIGNING2": "whsec_" + base64.StdEncoding.EncodeToString([]byte("planted-signing-secret-10")),
	"S-LOOKUP":   "planted-lookup-header-11",
}

// secretive has every component of ours, and every place for a secret. Whatever
// it sends to is dead, so that errors are logged; its log tells all it can.
const secretive = `
extensions:
  bearertokenauth: {token: S-BEARER}
  basicauth/client: {client_auth: {username: me, password: S-BASIC}}
  file_storage: {directory: DIR/storage, create_directory: true}
  healer: {journal: {path: DIR/healer.db}, executors: [process_executor, http_executor], http: {endpoint: API, auth: {authenticator: bearertokenauth}, signing_secrets: [S-SIGNING]}}
  process_executor:
    state_directory: DIR/programs
    programs: [{service: payment, namespace: shop, command: [/bin/sh, -c, "echo $$$$ >> DIR/ledger; exec sleep 600"], stop_timeout: 1s, instances: [{id: payment-1}]}]
  http_executor: {verbs: [{verb: degrade, url: "http://DEAD/degrade?key=S-QUERY", headers: {X-Key: S-STEP}, targets: [{namespace: shop, service: payment}]}]}
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  otelheal: {source: healer, mac_key: S-MAC}
  alert_webhook:
    endpoint: HOOK
    auth: {authenticator: bearertokenauth}
    hmac: {secrets: [S-HMAC], timestamp_header: X-Grafana-Alerting-Timestamp}
    storage: file_storage
    mac_key: S-MAC
processors: {anomaly: {storage: file_storage, snapshot_interval: 1s}}
connectors:
  rca: {mac_key: S-MAC, settle: 1s, emit_interval: 1s, logs_lookup: {endpoint: "http://DEAD", headers: {X-Key: S-LOOKUP}, auth: {authenticator: basicauth/client}}}
exporters:
  recovery:
    backend: healer
    mac_key: S-MAC
    policies: [{name: degrade, match: {kinds: [crash, hang, errors]}, mode: act, steps: [{verb: degrade, executor: http_executor, timeout: 2s, verify_within: 5s, hold: 1s}, {verb: restart, executor: process_executor, timeout: 5s, verify_within: 5s, hold: 1s}]}]
  recovery/elsewhere:
    http: {endpoint: "http://DEAD/hook?key=S-QUERY", signing_secrets: [S-SIGNING2], headers: {X-Key: S-HEADER}, auth: {authenticator: basicauth/client}, tls: {insecure: true}}
    mac_key: S-MAC
    policies: [{name: tell, match: {kinds: [crash, hang, errors]}, mode: act, steps: [{verb: restart, executor: process_executor, timeout: 5s, verify_within: 5s, hold: 1s}]}]
  loki: {endpoint: "http://DEAD/loki/api/v1/push", headers: {X-Key: S-LOKI}, auth: {authenticator: basicauth/client}}
  file: {path: DIR/events.jsonl, flush_interval: 100ms}
service:
  extensions: [bearertokenauth, basicauth/client, file_storage, process_executor, http_executor, healer]
  telemetry:
    logs: {level: debug}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: METRICS}}}}]}
  pipelines:
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [rca]}
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp, otelheal, alert_webhook], exporters: [rca, loki]}
    logs/incidents: {receivers: [rca], exporters: [recovery, recovery/elsewhere, file]}
    logs/events: {receivers: [otelheal, rca], exporters: [loki]}
`

// No secret of the configuration, and none that somebody tried, is in the log,
// in what is stored, sent on, counted or told over the API.
func TestNoSecretIsWritten(t *testing.T) {
	ports, dir := harness.Ports(t, 5), t.TempDir()
	_, metricsPort, _ := strings.Cut(ports[2], ":")
	replace := []string{"GRPC", ports[0], "HOOK", ports[1], "API", ports[3], "METRICS", metricsPort, "DEAD", ports[4], "DIR", dir}
	secrets := []string{"tried-token-12", "tried-signature-13"}
	for name, value := range planted {
		replace = append(replace, name+"]", value+"]", name+"}", value+"}", name+",", value+",", name+`"`, value+`"`, name+"\n", value+"\n")
		secrets = append(secrets, strings.TrimPrefix(value, "whsec_"))
		if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(value, "whsec_")); err == nil {
			secrets = append(secrets, string(raw))
		}
	}
	secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte("me:"+planted["S-BASIC"])))
	config := harness.Config(t, secretive, replace...)
	require.Contains(t, readFile(t, config), planted["S-QUERY"])
	require.NotContains(t, readFile(t, config), "S-")

	out, err := harness.Run(t, "validate", "--config", config)
	require.NoError(t, err, out)
	col := harness.Start(t, config)
	t.Cleanup(func() { endPrograms(t, filepath.Join(dir, "ledger")) })
	api := func(path string) string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ports[3]+path, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+planted["S-BEARER"])
		_, text := answered(t, req)
		return text
	}
	require.Eventually(t, func() bool { return strings.Contains(api("/v1/units"), "payment-1") }, 20*time.Second, 100*time.Millisecond)

	// Somebody tries, somebody is let in, and the alert leads to actions that fail.
	body := firingBody("Broken", `"service_name":"payment","service_namespace":"shop","service_instance_id":"payment-1"`, time.Now())
	status, tried := answered(t, hookRequest(t, ports[1], body, "tried-token-12", "tried-signature-13", time.Now()))
	require.Equal(t, http.StatusUnauthorized, status)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+ports[3]+"/v1/actions", strings.NewReader("{}"))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer tried-token-12")
	req.Header.Set("webhook-signature", "v1,tried-signature-13")
	status, also := answered(t, req)
	require.Equal(t, http.StatusUnauthorized, status)
	app := harness.RunApp(t, ports[0])
	require.Eventually(t, func() bool { return app.Sent() >= 20*20 }, learns, 100*time.Millisecond)
	status, text := answered(t, hookRequest(t, ports[1], body, planted["S-BEARER"], planted["S-HMAC"], time.Now()))
	require.Equal(t, http.StatusOK, status, text)
	app.Fail(true)
	col.WaitLog("Exporting failed")
	col.WaitLog("log store does not answer")
	require.Eventually(t, func() bool { return strings.Contains(api("/v1/actions"), "act-") }, 30*time.Second, 100*time.Millisecond)
	require.Eventually(t, func() bool {
		return counter(t, ports[2], "exporter_send_failed_log_records", "") > 0 || counter(t, ports[2], "exporter_queue_size", "") > 0
	}, 30*time.Second, 100*time.Millisecond)

	told := map[string]string{"validate": out, "the answer to who tried": tried + also, "metrics": get(t, "http://"+ports[2]+"/metrics")}
	for _, path := range []string{"/v1/actions", "/v1/incidents", "/v1/units", "/metrics"} {
		told[path] = api(path)
	}
	app.Stop()
	require.NoError(t, col.Stop())
	told["the log"] = col.Log()
	files := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		told[path] = string(data)
		return err
	}))
	assert.GreaterOrEqual(t, files, 4, "the journal, snapshots, alerts, programs")
	for what, text := range told {
		noSecrets(t, what, []byte(text), secrets)
	}
	assert.Greater(t, len(told["the log"]), 10_000, "it tells all it can")
}

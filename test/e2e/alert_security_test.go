package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

// Planted secrets, and one that an attacker tries.
const (
	hookSecret = "planted-hook-secret-0001"
	hookToken  = "planted-hook-token-0002"
	hookGuess  = "planted-hook-guess-0003"
)

// guarded wants a token and a signed body, and speaks for the shop only.
const guarded = `
extensions:
  bearertokenauth: {token: TOKEN}
  file_storage: {directory: DIR/storage, create_directory: true}
receivers:
  alert_webhook:
    endpoint: HOOK
    auth: {authenticator: bearertokenauth}
    hmac: {secrets: [SECRET], timestamp_header: X-Grafana-Alerting-Timestamp}
    scope: {namespaces: [shop]}
    storage: file_storage
    mac_key: KEY
connectors:
  rca: {mac_key: KEY}
exporters:
  file/alerts: {path: DIR/alerts.jsonl, flush_interval: 100ms, append: true}
  file/incidents: {path: DIR/incidents.jsonl, flush_interval: 100ms, append: true}
service:
  extensions: [bearertokenauth, file_storage]
  telemetry: {metrics: {level: none}}
  pipelines:
    logs/alerts: {receivers: [alert_webhook], exporters: [rca, file/alerts]}
    logs/incidents: {receivers: [rca], exporters: [file/incidents]}
`

// hookRequest is a body as a sender with these credentials posts it.
func hookRequest(t *testing.T, address, body, token, secret string, at time.Time) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/v1/alerts", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + ":" + body))
	req.Header.Set("X-Grafana-Alerting-Timestamp", stamp)
	req.Header.Set("X-Grafana-Alerting-Signature", hex.EncodeToString(mac.Sum(nil)))
	return req
}

// answered sends a request and returns what it got.
func answered(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text)
}

func firingBody(name, labels string, since time.Time) string {
	return `{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"` + name + `",` + labels +
		`},"annotations":{},"startsAt":"` + since.UTC().Format(time.RFC3339) + `","endsAt":"0001-01-01T00:00:00Z"}],"truncatedAlerts":0}`
}

// Who can reach the port and proves nothing causes nothing: the collector does
// not start without a proof, and a request without one comes to nothing.
func TestAlertWebhookWantsProof(t *testing.T) {
	open := harness.Config(t, strings.ReplaceAll(guarded, "    auth: {authenticator: bearertokenauth}\n    hmac: {secrets: [SECRET], timestamp_header: X-Grafana-Alerting-Timestamp}\n", ""),
		"HOOK", "0.0.0.0:0", "DIR", t.TempDir(), "KEY", macKey, "TOKEN", hookToken)
	out, err := harness.Run(t, "--config", open)
	require.Error(t, err, "it started")
	assert.Contains(t, out, "can be reached from other hosts")

	hook, dir := harness.Ports(t, 1)[0], t.TempDir()
	col := harness.Start(t, harness.Config(t, guarded, "HOOK", hook, "DIR", dir, "KEY", macKey, "TOKEN", hookToken, "SECRET", hookSecret))
	now := time.Now()
	body := firingBody("Forged", `"job":"shop/payment"`, now)
	for name, req := range map[string]*http.Request{
		"no token":             hookRequest(t, hook, body, "", hookSecret, now),
		"another token":        hookRequest(t, hook, body, hookGuess, hookSecret, now),
		"signed with a guess":  hookRequest(t, hook, body, hookToken, hookGuess, now),
		"replayed after hours": hookRequest(t, hook, body, hookToken, hookSecret, now.Add(-3*time.Hour)),
	} {
		status, text := answered(t, req)
		assert.Equal(t, http.StatusUnauthorized, status, name)
		assert.Equal(t, "not authorized\n", text, name)
	}

	// The same with all of it is taken; a target that this sender has no say about
	// is kept for people, and opens nothing.
	status, text := answered(t, hookRequest(t, hook, firingBody("Real", `"job":"shop/payment"`, now), hookToken, hookSecret, now))
	require.Equal(t, http.StatusOK, status, text)
	status, text = answered(t, hookRequest(t, hook, firingBody("Stray", `"job":"bank/vault"`, now), hookToken, hookSecret, now))
	require.Equal(t, http.StatusOK, status, text)
	assert.Contains(t, text, string(event.IgnoredOutOfScope))
	// What is no name is refused, and is not in the log as it stood.
	status, text = answered(t, hookRequest(t, hook, firingBody("Evil", `"job":"pay\u001b[31m\nfatal: <script>`+hookGuess+`"`, now), hookToken, hookSecret, now))
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, text, "$.alerts[0]: entity.service has control characters")

	require.Eventually(t, func() bool { return len(incidentsIn(t, filepath.Join(dir, "incidents.jsonl"))) == 1 }, detects, 100*time.Millisecond)
	require.NoError(t, col.Stop())
	for _, i := range incidentsIn(t, filepath.Join(dir, "incidents.jsonl")) {
		assert.Equal(t, "shop/payment", i.Cause.Target.Entity.String())
	}
	names := map[string]int{}
	list, _ := alertsIn(t, filepath.Join(dir, "alerts.jsonl"))
	for _, a := range list {
		names[a.Name]++
	}
	assert.Equal(t, map[string]int{"Real": 1, "Stray": 1}, names)
	assert.NotContains(t, col.Log(), "\x1b")
	assert.NotContains(t, col.Log(), "<script>")

	// No secret, ours or tried, is in the log, in what is stored or in what is sent.
	secrets := []string{hookSecret, hookToken, hookGuess, macKey}
	noSecrets(t, "the log", []byte(col.Log()), secrets)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		noSecrets(t, path, data, secrets)
		return err
	}))
}

func noSecrets(t *testing.T, what string, data []byte, secrets []string) {
	t.Helper()
	for _, s := range secrets {
		if bytes.Contains(data, []byte(s)) {
			t.Errorf("%s has the secret %q", what, s)
		}
	}
}

// A signed request that is sent again, also to the next life after a kill -9,
// has no second effect.
func TestReplayedAlertHasOneEffect(t *testing.T) {
	hook, dir := harness.Ports(t, 1)[0], t.TempDir()
	config := harness.Config(t, guarded, "HOOK", hook, "DIR", dir, "KEY", macKey, "TOKEN", hookToken, "SECRET", hookSecret)
	col := harness.Start(t, config)
	now := time.Now()
	body := firingBody("Real", `"job":"shop/payment"`, now)
	send := func(want string) {
		t.Helper()
		status, text := answered(t, hookRequest(t, hook, body, hookToken, hookSecret, now))
		require.Equal(t, http.StatusOK, status)
		assert.JSONEq(t, want, text)
	}
	send(`{"passed":1}`)
	send(`{"passed":0,"duplicate":1}`)
	require.Eventually(t, func() bool { list, _ := alertsIn(t, filepath.Join(dir, "alerts.jsonl")); return len(list) == 1 }, detects, 50*time.Millisecond)
	col.Kill()
	col = harness.Start(t, config)
	send(`{"passed":0,"duplicate":1}`)
	require.NoError(t, col.Stop())
	list, attributes := alertsIn(t, filepath.Join(dir, "alerts.jsonl"))
	require.Len(t, list, 2)
	assert.Equal(t, true, attributes[1]["otelheal.alert.replayed"], "it is the storage that says it again")
	assert.True(t, list[0].StartsAt.Equal(list[1].StartsAt))
}

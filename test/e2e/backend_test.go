package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

const backendSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"

// elsewhere sends each incident to a backend by the contract, and to a chat by a
// template.
const elsewhere = `
receivers: {otlp: {protocols: {grpc: {endpoint: GRPC}}}}
processors: {anomaly: }
connectors: {rca: {resolve_after: 5s}}
exporters:
  recovery:
    http: {endpoint: BACKEND/v1/actions, signing_secrets: [SECRET]}
    policies:
      - {name: restart-payment, match: {kinds: [errors, slow, hang, crash]}, mode: act, steps: [{verb: restart, executor: somebody}]}
  recovery/chat:
    http:
      endpoint: CHAT/hooks/otelheal
      signing_secrets: [SECRET]
      template:
        when: settled
        headers: {X-Kind: "{{ .Incident.Cause.Kind }}"}
        body: '{"text": "{{ .Target.Entity.Service }}: {{ .Incident.Summary }}"}'
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [rca]}
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp], exporters: [rca]}
    logs/incidents: {receivers: [rca], exporters: [recovery, recovery/chat]}
`

// startExampleBackend runs examples/backend, behind a window that looks at each
// request, and returns the window's address.
func startExampleBackend(t *testing.T, look func(header http.Header, body []byte)) string {
	binary, address := filepath.Join(t.TempDir(), "backend"), harness.Ports(t, 1)[0]
	build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "./examples/backend")
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	program := newServer(t, binary)
	program.env = []string{"SIGNING_SECRET=" + backendSecret, "LISTEN=" + address, "JOURNAL=" + filepath.Join(t.TempDir(), "journal")}
	program.launch()
	require.Eventually(t, func() bool { return get(t, "http://"+address+"/effects") == "0" }, 20*time.Second, 50*time.Millisecond)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	window := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPost {
			look(r.Header, body)
		}
		req, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+address+r.URL.Path, bytes.NewReader(body))
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		req.Header = r.Header.Clone()
		resp, err := client.Do(req)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(window.Close)
	return window.URL
}

// A real incident reaches the example backend, fits the schema in each of its
// revisions, and is acted on once; the chat hears of it once, in its own words.
func TestBackendElsewhere(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../../docs/schema/action.schema.json")
	require.NoError(t, err)
	faults, ids := make(chan error, 1000), make(chan string, 1000)
	backend := startExampleBackend(t, func(_ http.Header, body []byte) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err == nil {
			err = schema.Validate(v)
		}
		faults <- err
		var e struct{ Data struct{ ID string } }
		_ = json.Unmarshal(body, &e)
		ids <- e.Data.ID
	})
	hook, err := standardwebhooks.NewWebhook(backendSecret)
	require.NoError(t, err)
	said := make(chan string, 1000)
	chat := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		assert.NoError(t, hook.Verify(body, r.Header))
		said <- r.Header.Get("X-Kind") + " " + string(body)
	}))
	t.Cleanup(chat.Close)

	grpc := harness.Ports(t, 1)[0]
	harness.Start(t, harness.Config(t, elsewhere, "GRPC", grpc, "BACKEND", backend, "CHAT", chat.URL, "SECRET", backendSecret))
	app := harness.RunApp(t, grpc)
	require.Eventually(t, func() bool { return app.Sent() >= 25*20 }, learns, 100*time.Millisecond)
	app.Fail(true)
	var id string
	select {
	case id = <-ids:
	case <-time.After(detects):
		require.Fail(t, "no action reached the backend")
	}
	require.Eventually(t, func() bool { return strings.Contains(get(t, backend+"/v1/actions/"+id), `"state"`) }, 10*time.Second, 100*time.Millisecond)
	require.Eventually(t, func() bool { return len(faults) >= 3 }, 45*time.Second, 100*time.Millisecond, "revisions go on")
	app.Fail(false)
	for range len(faults) {
		assert.NoError(t, <-faults)
	}
	t.Logf("the backend says %s", get(t, backend+"/v1/actions/"+id))
	assert.LessOrEqual(t, get(t, backend+"/effects"), "1")
	require.NotEmpty(t, said)
	first := <-said
	t.Logf("the chat heard: %s", first)
	kind, body, _ := strings.Cut(first, " ")
	assert.NotEmpty(t, kind)
	assert.Contains(t, body, `{"text": "payment: `)
	assert.Empty(t, said, "once")
}

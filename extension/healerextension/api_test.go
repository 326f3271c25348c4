package healerextension

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/basicauthextension"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

const (
	secret    = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
	oldSecret = "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk"
)

// withAPI configures the API on a free port of loopback.
func withAPI(cfg *Config) *Config {
	api := defaultHTTP()
	api.Server.NetAddr.Endpoint = "127.0.0.1:0"
	api.SigningSecrets = []configopaque.String{secret, oldSecret}
	cfg.HTTP = configoptional.Some(api)
	return cfg
}

func (h *healer) url(path string) string { return "http://" + h.api.listener.Addr().String() + path }

func cloudEventOf(t *testing.T, a *event.Action) []byte {
	data, err := json.Marshal(a)
	require.NoError(t, err)
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "type": healing.ActionEventType, "id": a.ID, "source": "test", "data": json.RawMessage(data),
	})
	require.NoError(t, err)
	return body
}

// signed is a request that carries body, signed at the given time.
func (h *healer) signed(t *testing.T, id, key string, at time.Time, body []byte) *http.Request {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url("/v1/actions"), bytes.NewReader(body))
	require.NoError(t, err)
	hook, err := standardwebhooks.NewWebhook(key)
	require.NoError(t, err)
	signature, err := hook.Sign(id, at, body)
	require.NoError(t, err)
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return req
}

func send(t *testing.T, req *http.Request) (int, string) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func (h *healer) get(t *testing.T, path string) (int, string) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url(path), nil)
	require.NoError(t, err)
	return send(t, req)
}

func TestSignedActionIsTaken(t *testing.T) {
	for _, key := range []string{secret, oldSecret} {
		e := newFakeExecutor()
		h, _ := started(t, withAPI(newConfig(t)), e)
		a := newAction("i1", "payment-2")
		status, body := send(t, h.signed(t, "m1", key, time.Now(), cloudEventOf(t, a)))
		assert.Equal(t, http.StatusAccepted, status, body)
		assert.Contains(t, body, `"verdict": "accepted"`)
		h.reaches(t, a.ID, event.StateVerifying)
	}
}

func TestWhatIsNotProperlySignedIsTurnedAway(t *testing.T) {
	e := newFakeExecutor()
	h, _ := started(t, withAPI(newConfig(t)), e)
	body := cloudEventOf(t, newAction("i1", "payment-2"))
	for name, change := range map[string]func(*http.Request){
		"unsigned":     func(r *http.Request) { r.Header.Del(standardwebhooks.HeaderWebhookSignature) },
		"no ID":        func(r *http.Request) { r.Header.Del(standardwebhooks.HeaderWebhookID) },
		"another ID":   func(r *http.Request) { r.Header.Set(standardwebhooks.HeaderWebhookID, "m2") },
		"another time": func(r *http.Request) { r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, "1") },
		"no time":      func(r *http.Request) { r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, "soon") },
		"another body": func(r *http.Request) {
			*r = *h.signed(t, "m1", secret, time.Now(), []byte("{}"))
			r.Body = io.NopCloser(bytes.NewReader(body))
			r.ContentLength = int64(len(body))
		},
		"another key":   func(r *http.Request) { *r = *h.signed(t, "m1", "whsec_"+strings.Repeat("QUFB", 8), time.Now(), body) },
		"empty key":     func(r *http.Request) { *r = *h.signed(t, "m1", "", time.Now(), body) },
		"too old":       func(r *http.Request) { *r = *h.signed(t, "m1", secret, time.Now().Add(-6*time.Minute), body) },
		"in the future": func(r *http.Request) { *r = *h.signed(t, "m1", secret, time.Now().Add(6*time.Minute), body) },
	} {
		t.Run(name, func(t *testing.T) {
			req := h.signed(t, "m1", secret, time.Now(), body)
			change(req)
			status, answer := send(t, req)
			assert.Equal(t, http.StatusUnauthorized, status, answer)
		})
	}
	h.mu.Lock()
	assert.Empty(t, h.core.Records())
	h.mu.Unlock()
	_, metrics := h.get(t, "/metrics")
	assert.Contains(t, metrics, `otelheal_healer_turned_away_total{cause="signature"} 10`)
}

func TestWithoutSecretsNoActionIsTaken(t *testing.T) {
	cfg := withAPI(newConfig(t))
	cfg.HTTP.Get().SigningSecrets = nil
	h, _ := started(t, cfg, newFakeExecutor())
	status, body := send(t, h.signed(t, "m1", "", time.Now(), cloudEventOf(t, newAction("i1", "payment-2"))))
	assert.Equal(t, http.StatusUnauthorized, status)
	assert.Contains(t, body, "`http::signing_secrets` is empty")
}

func TestReplayHasOneEffectAlsoAfterARestart(t *testing.T) {
	cfg, e := withAPI(newConfig(t)), newFakeExecutor()
	h, _ := started(t, cfg, e)
	body, at := cloudEventOf(t, newAction("i1", "payment-2")), time.Now()
	status, _ := send(t, h.signed(t, "m1", secret, at, body))
	require.Equal(t, http.StatusAccepted, status)
	h.reaches(t, "act-i1", event.StateVerifying)
	status, answer := send(t, h.signed(t, "m1", secret, at, body))
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, answer, `"verdict": "duplicate"`)
	require.NoError(t, h.Shutdown(t.Context()))

	h, _ = started(t, cfg, e)
	status, _ = send(t, h.signed(t, "m1", secret, at, body))
	assert.Equal(t, http.StatusConflict, status)
	orders, _, _ := e.counts()
	assert.Equal(t, 1, orders)
}

// The answer was lost, and what had been noted with it.
func TestMessageThatWasTakenAndNotNotedIsHarmless(t *testing.T) {
	e := newFakeExecutor()
	h, _ := started(t, withAPI(newConfig(t)), e)
	a := newAction("i1", "payment-2")
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	status, answer := send(t, h.signed(t, "m1", secret, time.Now(), cloudEventOf(t, a)))
	assert.Equal(t, http.StatusAccepted, status)
	assert.Contains(t, answer, `"verdict": "duplicate"`)
	h.reaches(t, a.ID, event.StateVerifying)
	orders, _, _ := e.counts()
	assert.Equal(t, 1, orders)
}

func TestSignedNonsenseIsNamed(t *testing.T) {
	h, _ := started(t, withAPI(newConfig(t)), newFakeExecutor())
	for body, want := range map[string]string{
		`nonsense`:                           "the body is no CloudEvent in JSON",
		`{"specversion":"0.3"}`:              `specversion is \"0.3\", want \"1.0\"`,
		`{"specversion":"1.0","type":"x.y"}`: `type is \"x.y\", want \"` + healing.ActionEventType,
		`{"specversion":"1.0","type":"` + healing.ActionEventType + `","data":{}}`: "data: id is missing",
	} {
		status, answer := send(t, h.signed(t, "m-"+want, secret, time.Now(), []byte(body)))
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Contains(t, answer, want)
	}
}

func TestLargeBodiesAreRefused(t *testing.T) {
	h, _ := started(t, withAPI(newConfig(t)), newFakeExecutor())
	status, _ := send(t, h.signed(t, "m1", secret, time.Now(), bytes.Repeat([]byte("x"), 1<<20+1)))
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
}

// Some hundred KiB of gzip that would unfold to 100 MiB.
func TestGzipBombIsRefusedWithBoundedMemory(t *testing.T) {
	h, _ := started(t, withAPI(newConfig(t)), newFakeExecutor())
	var bomb bytes.Buffer
	z, err := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	require.NoError(t, err)
	zeros := make([]byte, 1<<20)
	for range 100 {
		_, err = z.Write(zeros)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.Less(t, bomb.Len(), 1<<20)
	req := h.signed(t, "m1", secret, time.Now(), bomb.Bytes())
	req.Header.Set("Content-Encoding", "gzip")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	status, _ := send(t, req)
	runtime.ReadMemStats(&after)
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "what was allocated in all, not only what stayed")
}

func TestWhatTheAPITells(t *testing.T) {
	h, _ := started(t, withAPI(newConfig(t)), newFakeExecutor())
	a := newAction("i1", "payment-2")
	a.Incident.Cause.Why = "forged\nline \x1b[31m"
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateVerifying)

	status, body := h.get(t, "/v1/actions")
	assert.Equal(t, http.StatusOK, status)
	var views []view
	require.NoError(t, json.Unmarshal([]byte(body), &views))
	require.Len(t, views, 1)
	assert.Equal(t, event.StateVerifying, views[0].State)

	status, body = h.get(t, "/v1/actions/"+a.ID)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"incident_id": "i1"`)

	status, body = h.get(t, "/v1/actions/"+a.ID+"/why")
	assert.Equal(t, http.StatusOK, status)
	for _, want := range []string{
		"restart of payment-2 is done", "incident   i1, revision 1, open", "cause      hang of payment-2 (1@1), confidence 90 %",
		"evidence   [seen, state] payment-2: probe fails", "step 1   restart by fake_executor", "then     a page, always",
		"every guard is clear", "forged·line ·[31m",
	} {
		assert.Contains(t, body, want)
	}

	for path, want := range map[string]string{"/v1/incidents": `"id": "i1"`, "/v1/units": `"payment-1"`} {
		status, body = h.get(t, path)
		assert.Equal(t, http.StatusOK, status)
		assert.Contains(t, body, want)
	}
	status, body = h.get(t, "/metrics")
	assert.Equal(t, http.StatusOK, status)
	for _, want := range []string{
		`otelheal_healer_up 1`, `otelheal_healer_actions_open 1`, `otelheal_healer_submissions_total{verdict="accepted"} 1`,
		`otelheal_healer_effects_total{verb="restart",effect="done"} 1`, `otelheal_healer_journal_write_seconds_count`,
	} {
		assert.Contains(t, body, want)
	}
	for _, path := range []string{"/v1/actions/nobody", "/v1/actions/nobody/why", "/v2"} {
		status, _ = h.get(t, path)
		assert.Equal(t, http.StatusNotFound, status)
	}
}

func (h *healer) approves(t *testing.T, id, user, password string) (int, string) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url("/v1/actions/"+id+"/approve"), nil)
	require.NoError(t, err)
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	return send(t, req)
}

func TestApprovalNeedsAnAuthenticator(t *testing.T) {
	e := newFakeExecutor()
	h, _ := started(t, withAPI(newConfig(t)), e)
	a := newAction("i1", "payment-2")
	a.Steps[0].Approval = true
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	status, body := h.approves(t, a.ID, "", "")
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, body, "an approval needs `http::auth`")
	orders, _, _ := e.counts()
	assert.Zero(t, orders)
}

func TestApprovalIsRecordedWithItsName(t *testing.T) {
	basic := basicauthextension.NewFactory()
	authConfig := basic.CreateDefaultConfig().(*basicauthextension.Config)
	authConfig.Htpasswd = &basicauthextension.HtpasswdSettings{Inline: "ann:pass"}
	auth, err := basic.Create(t.Context(), extensiontest.NewNopSettings(basic.Type()), authConfig)
	require.NoError(t, err)
	require.NoError(t, auth.Start(t.Context(), nil))
	id := component.MustNewID("basicauth")

	cfg := withAPI(newConfig(t))
	server := &cfg.HTTP.Get().Server
	server.Auth = configoptional.Some(authOf(id))
	e := newFakeExecutor()
	h, _ := started(t, cfg, e, map[component.ID]component.Component{id: auth})
	a := newAction("i1", "payment-2")
	a.Steps[0].Approval = true
	_, err = h.Submit(t.Context(), a)
	require.NoError(t, err)

	status, body := h.approves(t, a.ID, "ann", "hunter2")
	assert.Equal(t, http.StatusUnauthorized, status)
	assert.NotContains(t, body, "hunter2")
	status, _ = h.get(t, "/v1/actions")
	assert.Equal(t, http.StatusUnauthorized, status)
	orders, _, _ := e.counts()
	assert.Zero(t, orders)

	status, body = h.approves(t, a.ID, "ann", "pass")
	assert.Equal(t, http.StatusOK, status, body)
	h.reaches(t, a.ID, event.StateVerifying)
	record := h.recordOf(a.ID)
	assert.Equal(t, "ann", record.ApprovedBy)
	status, _ = h.approves(t, "nobody", "ann", "pass")
	assert.Equal(t, http.StatusNotFound, status)
}

func TestBusyPortIsNamed(t *testing.T) {
	h, _ := started(t, withAPI(newConfig(t)), newFakeExecutor())
	cfg := withAPI(newConfig(t))
	cfg.HTTP.Get().Server.NetAddr.Endpoint = h.api.listener.Addr().String()
	cfg.Executors = nil
	other := newHealer(extensiontest.NewNopSettings(typ), cfg)
	require.ErrorContains(t, other.Start(t.Context(), &fakeHost{}), "listen on 127.0.0.1:")
	require.NoError(t, other.Shutdown(t.Context()))
}

func FuzzParseAction(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","type":"io.otelheal.action.v1","data":{"id":"a"}}`))
	f.Add([]byte(`{"specversion":"1.0","type":"io.otelheal.action.v1","data":null}`))
	f.Add([]byte(`{"specversion":"1.0","type":"io.otelheal.action.v1","data":{"id":"a\u0000","steps":[{"timeout":"1s"}]}}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseAction(body)
		if err != nil {
			return
		}
		require.NoError(t, a.Validate())
		r := healing.Record{Action: *a}
		for line := range strings.Lines(explain(&r)) {
			assert.NotContains(t, strings.TrimSuffix(line, "\n"), "\x1b")
		}
	})
}

func authOf(id component.ID) (c confighttp.AuthConfig) {
	c.Config.AuthenticatorID = id
	return c
}

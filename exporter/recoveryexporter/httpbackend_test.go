package recoveryexporter

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

var (
	secretOld = "whsec_" + base64.StdEncoding.EncodeToString([]byte("an old secret of 32 bytes or so."))
	secretNew = "whsec_" + base64.StdEncoding.EncodeToString([]byte("a new secret of 32 bytes, or so."))
)

// message is one request as a backend sees it.
type message struct {
	header http.Header
	body   []byte
}

// server is somebody's backend: it keeps what it got and answers in turn with
// what it was given, the last one for ever.
type server struct {
	*httptest.Server
	got chan message
}

func newServer(t *testing.T, answers ...http.HandlerFunc) *server {
	s := &server{got: make(chan message, 100)}
	var n atomic.Int64
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.got <- message{r.Header.Clone(), body}
		k := int(n.Add(1)) - 1
		if len(answers) > 0 {
			answers[min(k, len(answers)-1)](w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func remote(t *testing.T, endpoint string, secrets ...string) *Config {
	cfg := direct()
	cfg.Backend = component.ID{}
	h := cfg.HTTP.GetOrInsertDefault()
	h.Client.Endpoint = endpoint
	for _, s := range secrets {
		h.SigningSecrets = append(h.SigningSecrets, configopaque.String(s))
	}
	require.NoError(t, h.Validate())
	return cfg
}

func TestHTTPMessage(t *testing.T) {
	s := newServer(t)
	r := newRig(t, remote(t, s.URL, secretNew, secretOld))
	i := incident("inc-1", time.Now())
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))
	m := <-s.got

	for _, secret := range []string{secretOld, secretNew} {
		hook, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		assert.NoError(t, hook.Verify(m.body, m.header), "either secret of a rotation verifies")
		assert.Error(t, hook.Verify(append(m.body, ' '), m.header))
	}
	stranger, err := standardwebhooks.NewWebhookRaw([]byte("a secret that nobody configured!"))
	require.NoError(t, err)
	assert.Error(t, stranger.Verify(m.body, m.header))

	assert.Equal(t, "application/cloudevents+json; charset=utf-8", m.header.Get("Content-Type"))
	var e map[string]any
	require.NoError(t, json.Unmarshal(m.body, &e))
	assert.Equal(t, "1.0", e["specversion"])
	assert.Equal(t, healing.ActionEventType, e["type"])
	assert.Equal(t, "/otelheal/"+r.recovery.set.ID.String(), e["source"])
	assert.Equal(t, healing.ActionID("inc-1")+"-r3", e["id"])
	assert.Equal(t, e["id"], m.header.Get("webhook-id"))
	assert.Equal(t, "payment-1", e["subject"])
	assert.Equal(t, "application/json", e["datacontenttype"])
	data, err := json.Marshal(e["data"])
	require.NoError(t, err)
	var a event.Action
	require.NoError(t, json.Unmarshal(data, &a))
	require.NoError(t, a.Validate())
	assert.Equal(t, i.Cause.Target, a.Target)
	assert.Equal(t, event.Duration(healing.DefaultTimeout), a.Steps[0].Timeout)
}

func TestHTTPRetriesTheSameMessage(t *testing.T) {
	s := newServer(t, status(503), status(429), status(408), status(202))
	cfg := remote(t, s.URL, secretNew)
	cfg.Queue = createDefaultConfig().(*Config).Queue
	cfg.Retry = createDefaultConfig().(*Config).Retry
	cfg.Retry.InitialInterval = time.Millisecond
	r := newRig(t, cfg)
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", time.Now()))))
	first := <-s.got
	for range 3 {
		next := <-s.got
		assert.Equal(t, first.header.Get("webhook-id"), next.header.Get("webhook-id"))
		assert.JSONEq(t, string(first.body), string(next.body))
	}
}

func TestHTTPAnswers(t *testing.T) {
	text := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, tt := range []struct {
		name      string
		answer    http.HandlerFunc
		verdict   healing.Verdict
		permanent bool
		err       string
	}{
		{name: "no body", answer: status(204), verdict: healing.VerdictAccepted},
		{name: "receipt", answer: text(200, `{"action_id":"other","verdict":"stale"}`), verdict: healing.VerdictStale},
		{name: "some page", answer: text(200, "<html>"), verdict: healing.VerdictAccepted},
		{name: "verdict nobody knows", answer: text(200, `{"verdict":"maybe"}`), verdict: healing.VerdictAccepted},
		{name: "endless body", answer: text(200, strings.Repeat("x", 1<<20)), verdict: healing.VerdictAccepted},
		{name: "taken before", answer: text(409, `{"verdict":"duplicate"}`), verdict: healing.VerdictDuplicate},
		{name: "bad request", answer: text(400, "token abc is wrong"), permanent: true, err: "backend answered 400"},
		{name: "reason to mend", answer: text(422, `{"verdict":"invalid","reason":"no executor x"}`), permanent: true, err: `422: "no executor x"`},
		{name: "redirect", answer: text(307, ""), permanent: true, err: "redirects are not followed"},
		{name: "overloaded", answer: status(429), err: "429"},
		{name: "down", answer: status(500), err: "500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, tt.answer)
			r := newRig(t, remote(t, s.URL, secretNew))
			a := healing.Plan(nil, incident("inc-1", time.Now()), time.Now())
			receipt, err := r.recovery.dest.submit(t.Context(), &a)
			if tt.err == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.verdict, receipt.Verdict)
				assert.Equal(t, a.ID, receipt.ActionID)
				return
			}
			require.ErrorContains(t, err, tt.err)
			assert.Equal(t, tt.permanent, consumererror.IsPermanent(err))
			assert.NotContains(t, err.Error(), "abc", "the text of an answer can repeat credentials")
		})
	}
}

func TestHTTPRedirectIsNotFollowed(t *testing.T) {
	elsewhere := newServer(t)
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	r := newRig(t, remote(t, s.URL, secretNew))
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", time.Now())))
	assert.True(t, consumererror.IsPermanent(err))
	assert.Len(t, s.got, 1)
	assert.Empty(t, elsewhere.got)
	assert.EqualValues(t, 1, r.dropped(t, causeRejected))
}

func TestHTTPErrorsDoNotTellTheURL(t *testing.T) {
	s := newServer(t)
	endpoint := s.URL + "/v1/actions?token=hush"
	s.Close()
	r := newRig(t, remote(t, endpoint, secretNew))
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", time.Now())))
	require.Error(t, err)
	assert.False(t, consumererror.IsPermanent(err))
	assert.NotContains(t, err.Error(), "hush")
}

func TestHTTPHonoursRetryAfter(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	r := newRig(t, remote(t, s.URL, secretNew))
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", time.Now())))
	assert.ErrorContains(t, err, "Throttle (7s)")
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"3":                             3 * time.Second,
		" 3 ":                           3 * time.Second,
		"-3":                            0,
		"soon":                          0,
		"0":                             0,
		"31536000":                      maxRetryAfter,
		"18446744073709551615":          maxRetryAfter,
		"Sun, 01 Mar 2026 12:00:10 GMT": 10 * time.Second,
		"Sun, 01 Mar 2026 11:00:00 GMT": 0,
		"Sun, 01 Mar 2099 11:00:00 GMT": maxRetryAfter,
	} {
		assert.Equal(t, want, retryAfter(value, now), value)
	}
}

// Two pipelines with an exporter each, one of them with a dead destination:
// neither holds up the other.
func TestTwoDestinationsAreApart(t *testing.T) {
	good, bad := newServer(t), newServer(t, status(500))
	factory := NewFactory()
	start := func(endpoint string) exporter.Logs {
		cfg := remote(t, endpoint, secretNew)
		cfg.Queue, cfg.Retry = createDefaultConfig().(*Config).Queue, createDefaultConfig().(*Config).Retry
		tel := componenttest.NewTelemetry()
		e, err := factory.CreateLogs(t.Context(), settings(tel), cfg)
		require.NoError(t, err)
		require.NoError(t, e.Start(t.Context(), &fakeHost{}))
		t.Cleanup(func() { require.NoError(t, e.Shutdown(context.Background())) })
		return e
	}
	both := []exporter.Logs{start(bad.URL), start(good.URL)}
	for k := range 30 {
		ld := records(t, "", incident("inc-"+string(rune('a'+k)), time.Now()))
		ld.MarkReadOnly()
		for _, e := range both {
			require.NoError(t, e.ConsumeLogs(t.Context(), ld))
		}
	}
	for range 30 {
		<-good.got
	}
	<-bad.got
}

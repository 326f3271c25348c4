package httpexecutor

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/httpexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/internal/owned"
	"github.com/otelheal/otelheal/extension/executor/internal/readme"
	"github.com/otelheal/otelheal/healing"
)

var target = event.Target{
	Entity: event.Entity{Namespace: "shop", Service: "catalogue"}, Incarnation: event.ReleaseIncarnation(`v1"` + "\r\nX: y"),
}

func anOrder(key string) healing.Order {
	return healing.Order{
		Key: key, ActionID: "a1", Verb: "degrade", Target: target, Params: map[string]string{"level": "1"},
		Issued: time.Now(), Deadline: time.Now().Add(5 * time.Second),
	}
}

// started is an executor with the verb degrade at the URL.
func started(t *testing.T, url string, change func(*Config)) *httpExecutor {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Verbs = []VerbConfig{{
		Verb: "degrade", URL: url, Method: http.MethodPost, Targets: []owned.TargetConfig{{Namespace: "shop", Service: "catalogue"}},
	}}
	if change != nil {
		change(cfg)
	}
	e := newHTTPExecutor(extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, e.Shutdown(context.Background())) })
	return e
}

// server answers with one status after another, and the last one from then on.
func server(t *testing.T, statuses ...int) (url string, requests chan *http.Request) {
	t.Helper()
	requests = make(chan *http.Request, 16)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r = r.WithContext(context.WithValue(context.Background(), bodyKey{}, body))
		requests <- r
		status := statuses[0]
		if len(statuses) > 1 {
			statuses = statuses[1:]
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/degrade", requests
}

type bodyKey struct{}

func TestAnswersBecomeEffects(t *testing.T) {
	for status, want := range map[int]healing.Effect{
		200: healing.EffectDone, 204: healing.EffectDone, 307: healing.EffectRefused, 400: healing.EffectRefused,
		409: healing.EffectRefused, 412: healing.EffectSuperseded, 429: healing.EffectRefused, 500: healing.EffectUnknown,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			url, requests := server(t, status)
			r := started(t, url, nil).Execute(t.Context(), anOrder("k"))
			assert.Equal(t, want, r.Effect, r.Detail)
			assert.Len(t, requests, 1)
		})
	}
}

func TestRequestSaysWhichOrderAndWhichLife(t *testing.T) {
	url, requests := server(t, 200)
	e := started(t, url, nil)
	r := e.Execute(t.Context(), anOrder("k"))
	require.Equal(t, healing.EffectDone, r.Effect, r.Detail)
	assert.Equal(t, target, r.Now)
	req := <-requests
	assert.Equal(t, `"release:v1\"\r\nX: y"`, req.Header.Get("If-Match"), "a hostile incarnation stays one value")
	assert.Empty(t, req.Header.Get("X"))
	assert.Equal(t, `"k"`, req.Header.Get("Idempotency-Key"))
	var got healing.Order
	require.NoError(t, json.Unmarshal(req.Context().Value(bodyKey{}).([]byte), &got))
	assert.Equal(t, "1", got.Params["level"])
	assert.Equal(t, "/degrade", req.URL.Path)

	assert.Equal(t, healing.EffectDone, e.Execute(t.Context(), anOrder("k")).Effect)
	assert.Empty(t, requests, "a doubled order is answered, not sent")
	assert.Equal(t, healing.EffectDone, e.Lookup(t.Context(), anOrder("k")).Effect)
	assert.Equal(t, healing.EffectUnknown, e.Lookup(t.Context(), anOrder("of another process")).Effect)
}

func TestWhatIsNotOwnedIsNotSent(t *testing.T) {
	url, requests := server(t, 200)
	e := started(t, url, nil)
	for name, change := range map[string]func(*healing.Order){
		"other service":  func(o *healing.Order) { o.Target.Entity.Service = "payment" },
		"no incarnation": func(o *healing.Order) { o.Target.Incarnation = "" },
		"other verb":     func(o *healing.Order) { o.Verb = "restart" },
		"past deadline":  func(o *healing.Order) { o.Deadline = time.Now().Add(-time.Second) },
		"no key":         func(o *healing.Order) { o.Key = "" },
	} {
		o := anOrder("k")
		change(&o)
		assert.Equal(t, healing.EffectRefused, e.Execute(t.Context(), o).Effect, name)
	}
	assert.Empty(t, requests)
	units, err := e.Inventory(t.Context())
	require.NoError(t, err)
	require.Len(t, units, 1)
	assert.Empty(t, units[0].Target.Incarnation)
	assert.Equal(t, []string{"degrade"}, e.Verbs())
}

func TestIdempotentVerbIsSentAgain(t *testing.T) {
	url, requests := server(t, 503, 429, 200)
	e := started(t, url, func(c *Config) { c.Verbs[0].Idempotent = true })
	assert.Equal(t, healing.EffectDone, e.Execute(t.Context(), anOrder("k")).Effect)
	assert.Len(t, requests, 3)

	url, _ = server(t, 503)
	e = started(t, url, func(c *Config) { c.Verbs[0].Idempotent = true })
	o := anOrder("k")
	o.Deadline = time.Now().Add(300 * time.Millisecond)
	assert.Equal(t, healing.EffectFailed, e.Execute(t.Context(), o).Effect)
}

func TestNoAnswerIsUnknownAndNoConnectionIsNothing(t *testing.T) {
	hold := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	e := started(t, s.URL, func(c *Config) { c.Client.Timeout = 50 * time.Millisecond })
	assert.Equal(t, healing.EffectUnknown, e.Execute(t.Context(), anOrder("k")).Effect)
	close(hold)
	s.Close()
	assert.Equal(t, healing.EffectNone, e.Execute(t.Context(), anOrder("k2")).Effect)
}

func TestBeforeStartNothingIsSent(t *testing.T) {
	e := newHTTPExecutor(extensiontest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config))
	assert.Equal(t, healing.EffectNone, e.Execute(t.Context(), anOrder("k")).Effect)
	require.NoError(t, e.Shutdown(t.Context()))
}

func TestReadme(t *testing.T) { readme.Check(t, NewFactory()) }

func unusedAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return "http://" + l.Addr().String()
}

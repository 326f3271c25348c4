package httpexecutor

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/internal/owned"
	"github.com/otelheal/otelheal/healing"
)

// Where a request goes is the configuration's alone: no value of an order is in
// its URL or its host, and who answers cannot send it elsewhere.
func TestNothingOfAnOrderChoosesWhereItGoes(t *testing.T) {
	inside := 0
	metadata := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside++ }))
	t.Cleanup(metadata.Close)
	url, requests := server(t, 200)
	sent := 0
	for _, v := range []string{
		"http://169.254.169.254/latest/meta-data", "[::1]:80", "@" + metadata.Listener.Addr().String(), "/../../admin", "?x=1#y", "catalogue\r\nHost: evil",
		metadata.URL,
	} {
		entity := event.Entity{Namespace: "shop", Service: "catalogue", Instance: v, Host: v}
		e := started(t, url, func(c *Config) {
			c.Verbs[0].Targets = []owned.TargetConfig{{Namespace: "shop", Service: "catalogue"}}
		})
		o := anOrder(v)
		o.Target = event.Target{Entity: entity, Incarnation: event.Incarnation(v)}
		o.Params = map[string]string{"url": v, "host": v, v: v}
		if e.Execute(t.Context(), o).Effect != healing.EffectDone {
			continue // it was refused, which will do as well
		}
		req := <-requests
		sent++
		assert.Equal(t, "/degrade", req.URL.String(), "%q", v)
		assert.Contains(t, url, req.Host)
		assert.NotContains(t, req.Header, v)
	}
	assert.NotZero(t, sent)
	for _, status := range []int{301, 302, 303, 307, 308} {
		hop := httptest.NewServer(http.RedirectHandler(metadata.URL, status))
		t.Cleanup(hop.Close)
		r := started(t, hop.URL, nil).Execute(t.Context(), anOrder("k"))
		require.Equal(t, healing.EffectRefused, r.Effect, status)
	}
	assert.Zero(t, inside)
}

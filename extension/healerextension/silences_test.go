package healerextension

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelheal/otelheal/event"
)

const silenced = `[
 {"id":"s0","createdBy":"old","status":{"state":"expired"},"matchers":[{"name":"service","value":"cart","isRegex":false,"isEqual":true}]},
 {"id":"s1","createdBy":"ann","status":{"state":"active"},"matchers":[{"name":"service","value":"pay.*","isRegex":true},{"name":"instance","value":"payment-1","isRegex":false,"isEqual":false}]}
]`

// alertmanager answers with what it is told to.
func alertmanager(t *testing.T, cfg *Config) (say func(status int, body string), asked *atomic.Int32) {
	type answer struct {
		status int
		body   string
	}
	var now atomic.Pointer[answer]
	asked = &atomic.Int32{}
	say = func(status int, body string) { now.Store(&answer{status, body}) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/am/api/v2/silences", r.URL.Path)
		a := now.Load()
		w.WriteHeader(a.status)
		_, _ = w.Write([]byte(a.body))
		asked.Add(1)
	}))
	t.Cleanup(server.Close)
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = server.URL + "/am/"
	cfg.Silences = configoptional.Some(SilencesConfig{Client: client, Interval: 10 * time.Millisecond})
	return say, asked
}

func TestSilenceStopsHealing(t *testing.T) {
	cfg, e := newConfig(t), newFakeExecutor()
	say, asked := alertmanager(t, cfg)
	say(http.StatusOK, silenced)
	h, _ := started(t, cfg, e)
	a := newAction("i1", "payment-2")
	_, err := h.Submit(t.Context(), a) // at once: the first reading is a part of Start
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateRefused)
	b := newAction("i2", "payment-1") // left out by the negative matcher
	_, err = h.Submit(t.Context(), b)
	require.NoError(t, err)
	h.reaches(t, b.ID, event.StateVerifying)

	for _, failure := range []string{"oops", `[{"status":{"state":"active"},"matchers":[{"name":"a","value":"(","isRegex":true}]}]`, strings.Repeat(" ", maxSilencesBody+1)} {
		say(http.StatusOK, failure)
		n := asked.Load()
		require.Eventually(t, func() bool { return asked.Load() > n+1 }, within, time.Millisecond)
		assert.Len(t, h.silences.current(), 1, "the last known one holds")
	}
	say(http.StatusInternalServerError, "")
	n := asked.Load()
	require.Eventually(t, func() bool { return asked.Load() > n+1 }, within, time.Millisecond)
	assert.Len(t, h.silences.current(), 1)

	say(http.StatusOK, "[]")
	require.Eventually(t, func() bool { return len(h.silences.current()) == 0 }, within, time.Millisecond)
}

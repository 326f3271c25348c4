package lokiexporter

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/golang/snappy"
	"github.com/grafana/loki/pkg/push"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeLoki answers in turn with what it was given, the last one for ever, and
// keeps what it was pushed.
type fakeLoki struct {
	*httptest.Server
	mu       sync.Mutex // guards the rest
	requests []received
}

type received struct {
	header http.Header
	push   push.PushRequest
}

func newFakeLoki(t *testing.T, answers ...http.HandlerFunc) *fakeLoki {
	f := &fakeLoki{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := received{header: r.Header.Clone()}
		raw, err := snappy.Decode(nil, body)
		if assert.NoError(t, err) {
			assert.NoError(t, got.push.Unmarshal(raw))
		}
		assert.Equal(t, "/loki/api/v1/push", r.URL.Path)
		f.mu.Lock()
		k := len(f.requests)
		f.requests = append(f.requests, got)
		f.mu.Unlock()
		if len(answers) == 0 {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answers[min(k, len(answers)-1)](w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeLoki) endpoint() string { return f.URL + "/loki/api/v1/push" }

func (f *fakeLoki) got() []received {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]received(nil), f.requests...)
}

// lines are all lines that were pushed, by stream.
func (f *fakeLoki) lines() map[string][]string {
	all := map[string][]string{}
	for _, r := range f.got() {
		for _, s := range r.push.Streams {
			for _, e := range s.Entries {
				all[s.Labels] = append(all[s.Labels], e.Line)
			}
		}
	}
	return all
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func config(t *testing.T, f *fakeLoki) *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Client.Endpoint = f.endpoint()
	require.NoError(t, cfg.Validate())
	return cfg
}

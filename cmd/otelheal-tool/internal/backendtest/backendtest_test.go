package backendtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func run(t *testing.T, o Options) map[Verdict][]string {
	t.Helper()
	results, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, results, len(checks()))
	names := map[Verdict][]string{}
	for _, r := range results {
		names[r.Verdict] = append(names[r.Verdict], r.Check)
		if r.Verdict == Fail {
			t.Logf("%s: %s", r.Check, r.Got)
		}
		assert.NotEmpty(t, r.Expected)
		assert.NotEmpty(t, r.Why)
	}
	return names
}

func TestBackendThatKeepsTheContract(t *testing.T) {
	b, o := newFake(t, "")
	found := run(t, o)
	assert.Empty(t, found[Fail])
	assert.Empty(t, found[Unseen])
	assert.Equal(t, 1, b.effects)
}

// Each way to be wrong is found by the check that is about it, and by no other.
func TestBackendsThatAreWrong(t *testing.T) {
	forged := []string{"no signature", "wrong secret", "changed body", "changed message id", "no message id", "old signature", "signature from the future"}
	for f, want := range map[fault][]string{
		// The first forgery acts, so that the one real action finds its step done.
		"no signatures":        append(forged, "replayed message"),
		"unsigned is fine":     {"no signature", "replayed message"},
		"first signature only": {"two signatures"},
		"no time stamps":       {"old signature", "signature from the future", "replayed message"},
		"500 to a bad body":    {"bad body"},
		"any type":             {"bad body", "replayed message"},
		"no limit":             {"huge body"},
		"small limit":          {"largest action"},
		"strict fields":        {"unknown fields"},
		"acts late":            {"expired", "replayed message"},
		"replays are new":      {"replayed message", "duplicate key", "newer revision", "older revision"},
		"400 to a replay":      {"replayed message", "lost answer"},
		"422 to a revision":    {"newer revision", "older revision"},
		"revisions are new":    {"duplicate key", "newer revision", "older revision"},
		"incident is the key":  {"duplicate key"},
		"states of its own":    {"outcome"},
	} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			_, o := newFake(t, f)
			assert.ElementsMatch(t, want, run(t, o)[Fail])
		})
	}
}

func TestDryRunThatActs(t *testing.T) {
	_, o := newFake(t, "dry run acts")
	assert.Contains(t, run(t, o)[Fail], "dry run")
}

// Without a ledger and without outcomes most still can be told, and what can't
// is not called passed.
func TestWhatCannotBeSeen(t *testing.T) {
	_, o := newFake(t, "tells nothing")
	o.Act, o.Effects = false, ""
	found := run(t, o)
	assert.Empty(t, found[Fail])
	assert.ElementsMatch(t, []string{"expired", "dry run", "duplicate key", "outcome"}, found[Unseen])
}

func TestBusyBackend(t *testing.T) {
	for name, tt := range map[string]struct {
		status     int
		retryAfter string
		fails      bool
	}{
		"503":                     {status: 503},
		"429 with seconds":        {status: 429, retryAfter: "0"},
		"503 with some words":     {status: 503, retryAfter: "soon", fails: true},
		"a final answer":          {status: 403, fails: true},
		"500 instead of not now":  {status: 500, fails: true},
		"503 for longer than any": {status: 503, retryAfter: "3600", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, o := newFake(t, "")
			var left atomic.Int64
			left.Store(8)
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if left.Add(-1) < 0 {
					b.take(w, r)
					return
				}
				w.Header().Set("Retry-After", tt.retryAfter)
				w.WriteHeader(tt.status)
			}))
			t.Cleanup(s.Close)
			o.Endpoint = s.URL
			te, err := newTester(o)
			require.NoError(t, err)
			f := loadChecks()[0].run(t.Context(), te)
			te.client.CloseIdleConnections()
			assert.Equal(t, tt.fails, f.verdict == Fail, f.got)
		})
	}
}

func TestBackendThatHangs(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // before that a server does not see that its client has gone
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	_, o := newFake(t, "")
	o.Endpoint, o.Timeout = s.URL, 50*time.Millisecond
	te, err := newTester(o)
	require.NoError(t, err)
	assert.Equal(t, Fail, loadChecks()[0].run(t.Context(), te).verdict)
	assert.Equal(t, Fail, signatureChecks()[0].run(t.Context(), te).verdict)
	te.client.CloseIdleConnections()
}

func TestOptionsAreChecked(t *testing.T) {
	_, err := Run(t.Context(), Options{Endpoint: "http://backend.example.com/", Secret: "hunter2!!", Act: true, Settle: -1})
	for _, want := range []string{
		"URL must be of https unless its host is loopback", "the signing secret must be base64", "--timeout must be above 0s",
		"--act needs --effects", "--act needs --service and --incarnation",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.NotContains(t, err.Error(), "hunter2")
}

// What authorizes us at the backend does not go to whoever counts the effects.
func TestHeadersGoToTheBackendOnly(t *testing.T) {
	b, o := newFake(t, "")
	var leaked, missed atomic.Bool
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		missed.Store(missed.Load() || r.Header.Get("Authorization") == "")
		if r.Method == http.MethodPost {
			b.take(w, r)
		} else {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(backend.Close)
	witness := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked.Store(leaked.Load() || r.Header.Get("Authorization") != "")
		b.mu.Lock()
		defer b.mu.Unlock()
		fmt.Fprint(w, b.effects)
	}))
	t.Cleanup(witness.Close)
	o.Endpoint, o.Effects, o.Header = backend.URL, witness.URL, http.Header{"Authorization": {"Bearer hush"}}
	assert.Empty(t, run(t, o)[Fail])
	assert.False(t, leaked.Load())
	assert.False(t, missed.Load())
}

func TestCommand(t *testing.T) {
	for f, want := range map[fault]string{"": "", "strict fields": "1 of 23 checks failed"} {
		_, o := newFake(t, f)
		t.Setenv(secretVariable, secret)
		cmd := New()
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SetArgs([]string{o.Endpoint, "--settle", "0s"})
		err := cmd.ExecuteContext(t.Context())
		if want == "" {
			require.NoError(t, err)
			assert.Contains(t, out.String(), "pass    signed")
		} else {
			require.ErrorContains(t, err, want)
			assert.Contains(t, out.String(), "why:      a younger otelheal may send more")
		}
	}
}

func TestReportAsJSON(t *testing.T) {
	var out bytes.Buffer
	require.Error(t, report(&out, []Result{{Check: "signed", Verdict: Fail}}, true))
	var results []Result
	require.NoError(t, json.Unmarshal(out.Bytes(), &results))
	assert.Equal(t, Fail, results[0].Verdict)
	assert.False(t, strings.Contains(out.String(), "passed"))
}

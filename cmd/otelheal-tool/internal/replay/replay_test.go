package replay

import (
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const until = "2026-01-15T00:00:00Z"

var untilUnix = time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC).Unix()

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := New()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// flat is text without its line breaks.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// shop is three series; one has an outage a day before the end, and one that
// lies in the time that is only learnt from.
func shop(t *testing.T) *fakeServer {
	day := int64(86400)
	return newFakeServer(t,
		fakeSeries{map[string]string{"__name__": "requests", "job": "shop/payment", "instance": "a:1"}, outage(noisy(200, 5), untilUnix-day, untilUnix-day+900)},
		fakeSeries{map[string]string{"__name__": "requests", "job": "shop/cart", "instance": "b:1"}, outage(noisy(100, 5), untilUnix-8*day+43200, untilUnix-8*day+44000)},
		fakeSeries{map[string]string{"__name__": "bytes_total", "service_name": "stock\x1b[31m"}, func(s int64) (float64, bool) { return float64(s-1.7e9) * 50, true }},
	)
}

func TestReplay(t *testing.T) {
	t.Parallel()
	f := shop(t)
	said, err := run(t, "--prometheus", f.URL+"/prom", "--query", "requests or bytes_total", "--until", until, "--step", "1m")
	require.NoError(t, err)
	assert.Contains(t, flat(said), "2026-01-08 00:01:00 to 2026-01-15 00:00:00 UTC, a value each 1m, 1d learnt from before")
	assert.Contains(t, said, "3 series, 35k values")
	assert.Contains(t, said, "2026-01-14 00:00:00", "the outage began then")
	assert.Contains(t, said, `requests{instance="a:1", job="shop/payment"}`)
	assert.NotContains(t, said, "2026-01-07 12:", "what was only learnt from is not reported")
	assert.Contains(t, flat(said), "nothing, by these metrics alone")
	assert.Contains(t, said, "a week")
	assert.NotContains(t, said, "\x1b")
	for _, line := range strings.Split(said, "\n") {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
	}
	for _, n := range f.requests {
		points, _ := strconv.Atoi(n)
		assert.LessOrEqual(t, points, maxPoints)
	}
	assert.Equal(t, "1", f.requests[0], "counts series first")
}

// TestChunksDoNotMatter: the same is found however the past is cut up.
func TestChunksDoNotMatter(t *testing.T) {
	t.Parallel()
	args := func(f *fakeServer) []string {
		return []string{"--prometheus", f.URL + "/prom", "requests or bytes_total", "--until", until, "--step", "1m"}
	}
	whole, err := run(t, args(shop(t))...)
	require.NoError(t, err)
	small := shop(t)
	small.maxSamples = 500
	cut, err := run(t, args(small)...)
	require.NoError(t, err)
	assert.Greater(t, len(small.requests), 60)
	table := func(s string) string { return s[strings.Index(s, "since (UTC)"):] }
	assert.Equal(t, table(whole), table(cut))
}

func TestPointsInAllAreThoseOfTheSpan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		end          int64
		length, step time.Duration
		points       int
	}{{1000e9, time.Minute, 15 * time.Second, 4}, {1007e9, 61 * time.Second, 15 * time.Second, 5}, {1e18, 8 * 24 * time.Hour, time.Second, 691200}} {
		s := newSpan(c.end, c.length, c.step)
		assert.Equal(t, c.points, s.points())
		assert.Zero(t, s.from%int64(c.step))
		assert.LessOrEqual(t, s.to, c.end)
	}
}

const collector = `
processors:
  anomaly:
    exclude: ["bytes_*"]
exporters:
  recovery:
    backend: healer
    policies:
      - name: payment-hangs
        match: {kinds: [hang, crash], services: [payment]}
        mode: act
        steps: [{verb: restart, executor: process_executor}]
      - name: hands-off
        match: {services: [pay*]}
`

func TestWhatWouldHaveBeenAsked(t *testing.T) {
	t.Parallel()
	said, err := run(t, "--prometheus", shop(t).URL+"/prom", "requests or bytes_total", "--until", until, "--step", "1m",
		"--config", write(t, "collector.yaml", collector))
	require.NoError(t, err)
	assert.Contains(t, said, "1 series is excluded by the configuration")
	assert.Contains(t, said, "shop/payment, ")
	assert.Contains(t, said, "if it is crash, hang: policy payment-hangs: restart; may act")
	assert.Contains(t, flat(said), "policy hands-off leaves it to people")
	assert.NotContains(t, said, "With --config")
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	one := func(f *fakeServer, more ...string) error {
		_, err := run(t, append([]string{"--prometheus", f.URL + "/prom", "x", "--since", "10m", "--learn", "0s", "--until", until}, more...)...)
		return err
	}
	f := newFakeServer(t, fakeSeries{map[string]string{}, noisy(1, 0.1)})
	require.NoError(t, one(f, "--user", "me", "--password-file", write(t, "p", "secret\n")))
	assert.Equal(t, "Basic bWU6c2VjcmV0", f.headers.Get("Authorization"))
	require.NoError(t, one(f, "--bearer-token-file", write(t, "t", "abc\n"), "--header-file", write(t, "h", "X-Scope-OrgID: team\n")))
	assert.Equal(t, "Bearer abc", f.headers.Get("Authorization"))
	assert.Equal(t, "team", f.headers.Get("X-Scope-OrgID"))
}

func TestSecretsFromTheEnvironment(t *testing.T) {
	t.Setenv(tokenVariable, "xyz")
	f := newFakeServer(t, fakeSeries{map[string]string{}, noisy(1, 0.1)})
	_, err := run(t, "--prometheus", f.URL+"/prom", "x", "--since", "10m", "--learn", "0s", "--until", until)
	require.NoError(t, err)
	assert.Equal(t, "Bearer xyz", f.headers.Get("Authorization"))
	_, err = run(t, "--prometheus", "http://prometheus.example:9090", "x")
	require.ErrorContains(t, err, "must be of https, or on loopback")
	assert.NotContains(t, err.Error(), "xyz")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, fakeSeries{map[string]string{}, noisy(1, 0.1)})
	s := httptest.NewUnstartedServer(f)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	s.StartTLS()
	t.Cleanup(s.Close)
	args := []string{"--prometheus", s.URL + "/prom", "x", "--since", "10m", "--learn", "0s", "--until", until}
	_, err := run(t, args...)
	require.ErrorContains(t, err, "certificate")
	ca := write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	_, err = run(t, append(args, "--ca-file", ca)...)
	require.NoError(t, err)
	_, err = run(t, append(args, "--insecure-skip-verify")...)
	require.NoError(t, err)
}

func TestErrors(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	for want, args := range map[string][]string{
		"parse error":                         {"--prometheus", f.URL + "/prom", "bad("},
		"knows no /api/v1/query_range":        {"--prometheus", f.URL, "x"},
		"must be the URL of a server":         {"x"},
		"must be a PromQL expression":         {"--prometheus", f.URL},
		"must have no user and password":      {"--prometheus", "https://u:p@host", "x"},
		"of https or http with a host":        {"--prometheus", "ftp://host", "x"},
		"must be at least `--step`":           {"--prometheus", f.URL, "x", "--since", "10s"},
		"must be whole milliseconds":          {"--prometheus", f.URL, "x", "--step", "1us"},
		"needs a password":                    {"--prometheus", f.URL, "x", "--user", "me"},
		"`--cert-file` and `--key-file` must": {"--prometheus", f.URL, "x", "--cert-file", "x"},
		"`--until` must be":                   {"--prometheus", f.URL, "x", "--until", "tomorrow"},
		"exclude each other":                  {"--prometheus", f.URL, "x", "--user", "me", "--bearer-token-file", "/dev/null"},
		"such as 7d":                          {"--prometheus", f.URL, "x", "--since", "7 days"},
	} {
		_, err := run(t, args...)
		assert.ErrorContains(t, err, want)
	}
	said, err := run(t, "--prometheus", f.URL+"/prom", "x", "--until", until)
	require.NoError(t, err)
	assert.Contains(t, said, "0 series")
}

func TestRedirectsToOthersAreRefused(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	other := httptest.NewServer(http.RedirectHandler(f.URL+"/prom/api/v1/query_range", http.StatusTemporaryRedirect))
	t.Cleanup(other.Close)
	_, err := run(t, "--prometheus", other.URL, "x", "--until", until, "--bearer-token-file", write(t, "t", "abc"))
	require.ErrorContains(t, err, "it sends to another address")
	assert.Empty(t, f.requests, "and hears no token")
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"7d": 168 * time.Hour, "1w": 168 * time.Hour, "1w1d2h": 194 * time.Hour, "15s": 15 * time.Second, "500ms": 500 * time.Millisecond, "0s": 0,
	} {
		var d duration
		require.NoError(t, d.Set(text), text)
		assert.Equal(t, want, time.Duration(d), text)
	}
	for _, text := range []string{"", "d", "7", "1d1w", "-1d", "99999d"} {
		var d duration
		assert.Error(t, d.Set(text), text)
	}
	d := duration(168 * time.Hour)
	assert.Equal(t, "7d", d.String())
}

// TestStepShorterThanTheScrapes: asked four times a minute for what changes once.
func TestStepShorterThanTheScrapes(t *testing.T) {
	t.Parallel()
	minutely := func(s int64) (float64, bool) { return noisy(10, 1)(s - s%60) }
	f := newFakeServer(t, fakeSeries{map[string]string{"__name__": "x"}, minutely})
	said, err := run(t, "--prometheus", f.URL+"/prom", "x", "--since", "3h", "--learn", "0s", "--until", until)
	require.NoError(t, err)
	assert.Contains(t, flat(said), "--step 1m fits better")
}

// TestServerThatIsNotReady: what a restart of a proxy answers is asked again, but
// not for ever.
func TestServerThatIsNotReady(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, fakeSeries{map[string]string{}, noisy(1, 0.1)})
	for down, works := range map[int]bool{2: true, 4: false} {
		left := down
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if left--; left >= 0 {
				http.Error(w, "starting up", http.StatusServiceUnavailable)
				return
			}
			f.ServeHTTP(w, r)
		}))
		t.Cleanup(s.Close)
		a := access{address: s.URL + "/prom", timeout: time.Minute}
		c, err := a.client()
		require.NoError(t, err)
		var waited []time.Duration
		c.wait = func(_ context.Context, d time.Duration) error {
			waited = append(waited, d)
			return nil
		}
		_, err = c.ask(t.Context(), "x", 0, 60e9, time.Second)
		c.http.CloseIdleConnections()
		if works {
			require.NoError(t, err)
			assert.Equal(t, patience[:2], waited)
		} else {
			require.ErrorContains(t, err, "starting up")
			assert.Equal(t, patience, waited)
		}
	}
}

func TestMaxSeries(t *testing.T) {
	t.Parallel()
	var all []fakeSeries
	for k := range 5 {
		all = append(all, fakeSeries{map[string]string{"n": strconv.Itoa(k)}, noisy(10, 1)})
	}
	said, err := run(t, "--prometheus", newFakeServer(t, all...).URL+"/prom", "x", "--since", "1h", "--until", until, "--max-series", "3")
	require.NoError(t, err)
	assert.Contains(t, said, "3 series")
	assert.Contains(t, said, "2 more series were left out")
}

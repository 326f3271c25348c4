package loki

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	trace = [16]byte{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}
	from  = time.Unix(1e9, 0)
	to    = time.Unix(1e9+60, 0)
)

// serve runs a Loki that answers with a function.
func serve(t *testing.T, answer http.HandlerFunc) *Client {
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return &Client{HTTP: s.Client(), Endpoint: s.URL + "/", Tenant: "team-a", Selector: `{service_name=~".+"}`}
}

func TestQueryHoldsTheIDAndNothingElse(t *testing.T) {
	var asked *http.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"streams","result":[]}}`)
	})
	lines, err := c.Lines(t.Context(), trace, from, to)
	require.NoError(t, err)
	assert.Empty(t, lines)
	assert.Equal(t, "/loki/api/v1/query_range", asked.URL.Path)
	assert.Equal(t, "team-a", asked.Header.Get("X-Scope-OrgID"))
	assert.Equal(t, url.Values{
		"query": {`{service_name=~".+"} |= "4bf92f3577b34da6a3ce929d0e0e4736"`}, "direction": {"forward"}, "limit": {"50"},
		"start": {"1000000000000000000"}, "end": {"1000000060000000000"},
	}, asked.URL.Query())

	c.InMetadata, c.Tenant = true, ""
	_, err = c.Lines(t.Context(), trace, from, to)
	require.NoError(t, err)
	assert.Equal(t, `{service_name=~".+"} | trace_id="4bf92f3577b34da6a3ce929d0e0e4736"`, asked.URL.Query().Get("query"))
	assert.NotContains(t, asked.Header, "X-Scope-Orgid")
}

// Whatever bytes an ID has, the query has its digits.
func FuzzQuery(f *testing.F) {
	f.Add([]byte("\"} or {a=~\".*\"}"))
	f.Add(trace[:])
	query := regexp.MustCompile(`^\{a="b"\} \|= "[0-9a-f]{32}"$`)
	f.Fuzz(func(t *testing.T, b []byte) {
		var id [16]byte
		copy(id[:], b)
		c := Client{Selector: `{a="b"}`}
		assert.Regexp(t, query, c.query(id))
		assert.Contains(t, c.query(id), hex.EncodeToString(id[:]))
	})
}

func TestLinesAreRead(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"streams","result":[
		 {"stream":{"service_name":"bank","detected_level":"error"},"values":[["1000000003000000000","plain text"]]},
		 {"stream":{"service_name":"payment","service_namespace":"shop"},"values":[
		  ["1000000001000000000","{\"body\":\"card declined\",\"severity\":\"ERROR\",\"resource\":{\"service.instance.id\":\"payment-1\"},\"trace_id\":\"x\"}"],
		  ["1000000002000000000","{\"body\":\"x\",\"attributes\":{\"exception.type\":\"BankError\",\"exception.message\":\"no route\"}}", {"a":"b"}],
		  ["not a time","x"], 7, ["1000000002000000000"]]}]}}`)
	})
	lines, err := c.Lines(t.Context(), trace, from, to)
	require.NoError(t, err)
	at := func(s int64) time.Time { return time.Unix(1e9+s, 0).UTC() }
	assert.Equal(t, []Line{
		{At: at(1), Namespace: "shop", Service: "payment", Instance: "payment-1", Level: "ERROR", Text: "card declined"},
		{At: at(2), Namespace: "shop", Service: "payment", Text: "BankError: no route"},
		{At: at(3), Service: "bank", Level: "error", Text: "plain text"},
	}, lines)
}

func TestBadAnswersAreErrorsWithoutTheirText(t *testing.T) {
	const secret = "s3cr3t"
	for name, answer := range map[string]http.HandlerFunc{
		"a refusal": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "bad token "+secret, http.StatusUnauthorized)
		},
		"no JSON":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<"+secret+">") },
		"a matrix": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"data":{"resultType":"matrix"}}`) },
		"too much": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat(secret, maxAnswer)) },
		"half of it": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, secret)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := serve(t, answer).Lines(t.Context(), trace, from, to)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), secret)
			assert.NotContains(t, err.Error(), "127.0.0.1")
		})
	}
}

func TestBreaker(t *testing.T) {
	var b Breaker
	now := time.Unix(0, 0)
	for range 3 {
		require.True(t, b.Allow(now))
		b.Done(now, false)
	}
	assert.False(t, b.Allow(now), "three failures in a row")
	assert.False(t, b.Allow(now.Add(BreakerRest-1)))
	now = now.Add(BreakerRest)
	require.True(t, b.Allow(now), "one is let through")
	b.Done(now, false)
	assert.False(t, b.Allow(now.Add(BreakerRest-1)), "and decides")
	now = now.Add(BreakerRest)
	b.Done(now, true)
	b.Done(now, false)
	b.Done(now, false)
	assert.True(t, b.Allow(now), "in a row")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"data":{"resultType":"streams","result":[{"stream":{"level":"x"},"values":[["1","{\"body\":{\"msg\":\"y\"}}"]]}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		lines, err := parse(body)
		if err == nil {
			assert.LessOrEqual(t, len(lines), maxLines)
		}
	})
}

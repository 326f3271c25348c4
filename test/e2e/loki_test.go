package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/test/harness"
)

// lokiServer is a real one with tenants, on a port that it keeps over its lives.
type lokiServer struct {
	*server
	address string
}

const lokiConfig = `
auth_enabled: true
server: {http_listen_address: 127.0.0.1, http_listen_port: HTTP, grpc_listen_address: 127.0.0.1, grpc_listen_port: GRPC, log_level: warn}
common:
  instance_addr: 127.0.0.1
  path_prefix: DIR
  replication_factor: 1
  storage: {filesystem: {chunks_directory: DIR/chunks, rules_directory: DIR/rules}}
  ring: {kvstore: {store: inmemory}}
schema_config:
  configs: [{from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]
analytics: {reporting_enabled: false}
`

// newLoki prepares a Loki and does not start it.
func newLoki(t *testing.T) *lokiServer {
	t.Helper()
	binary := harness.Server(t, "loki")
	addresses := harness.Ports(t, 2)
	port := func(address string) string {
		_, p, err := net.SplitHostPort(address)
		require.NoError(t, err)
		return p
	}
	config := harness.Config(t, lokiConfig, "HTTP", port(addresses[0]), "GRPC", port(addresses[1]), "DIR", t.TempDir())
	return &lokiServer{newServer(t, binary, "-config.file="+config), addresses[0]}
}

func (l *lokiServer) start() {
	l.t.Helper()
	l.launch()
	l.waitReady()
}

func (l *lokiServer) waitReady() {
	l.t.Helper()
	require.Eventually(l.t, func() bool { return strings.TrimSpace(get(l.t, "http://"+l.address+"/ready")) == "ready" },
		90*time.Second, 200*time.Millisecond)
}

// query is what a tenant finds, as bodies of lines in the order of their times.
func (l *lokiServer) query(tenant, logql string) []string {
	l.t.Helper()
	q := url.Values{"query": {logql}, "direction": {"forward"}, "limit": {"5000"}, "start": {fmt.Sprint(time.Now().Add(-time.Hour).UnixNano())}}
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, "http://"+l.address+"/loki/api/v1/query_range?"+q.Encode(), nil)
	require.NoError(l.t, err)
	req.Header.Set("X-Scope-OrgID", tenant)
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}} // the first query after a start takes ten seconds
	resp, err := client.Do(req)
	require.NoError(l.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(l.t, err)
	require.Equal(l.t, http.StatusOK, resp.StatusCode, "%s", body)
	var answer struct {
		Data struct {
			Result []struct{ Values [][2]string }
		}
	}
	require.NoError(l.t, json.Unmarshal(body, &answer), "%s", body)
	var found []string
	for _, stream := range answer.Data.Result {
		for _, v := range stream.Values {
			var line struct{ Body string }
			require.NoError(l.t, json.Unmarshal([]byte(v[1]), &line))
			found = append(found, line.Body)
		}
	}
	return found
}

// startToLoki runs a collector that pushes what comes by OTLP.
func startToLoki(t *testing.T, l *lokiServer, more string) (*harness.Collector, *harness.Sender) {
	otlp := harness.Ports(t, 1)[0]
	config := harness.Config(t, `
receivers: {otlp: {protocols: {grpc: {endpoint: OTLP}}}}
exporters:
  loki:
    endpoint: http://LOKI/loki/api/v1/push
    tenant: team-a
    labels: {record: [otelheal.incident.kind]}
    retry_on_failure: {initial_interval: 200ms, max_interval: 500ms}
    MORE
service:
  pipelines: {logs: {receivers: [otlp], exporters: [loki]}}
`, "OTLP", otlp, "LOKI", l.address, "MORE", more)
	return harness.Start(t, config, quiet), harness.Dial(t, otlp)
}

var lokiTrace = pcommon.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}

func lokiLog(body string, at time.Time) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "payment")
	lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	lr.Body().SetStr(body)
	lr.SetTraceID(lokiTrace)
	lr.SetTimestamp(pcommon.NewTimestampFromTime(at))
	return ld
}

// A real Loki has what was pushed, finds it by trace ID, and shows it to the
// tenant alone. What it refuses is said, and holds up nothing.
func TestLokiTakesLogs(t *testing.T) {
	l := newLoki(t)
	l.start()
	c, send := startToLoki(t, l, "")
	hostile := "card \"declined\"\n{}\x1b[2J | json"
	require.NoError(t, send.Logs(t.Context(), lokiLog(hostile, time.Now())))
	const byTrace = `{service_name="payment"} | json | trace_id="4bf92f3577b34da6a3ce929d0e0e4736"`
	require.Eventually(t, func() bool { return len(l.query("team-a", byTrace)) == 1 }, 60*time.Second, 200*time.Millisecond)
	assert.Equal(t, []string{hostile}, l.query("team-a", byTrace))
	assert.Empty(t, l.query("team-b", byTrace))

	require.NoError(t, send.Logs(t.Context(), lokiLog("from last year", time.Now().AddDate(-1, 0, 0))))
	c.WaitLog("loki answered 400")
	c.WaitLog("timestamp too old")
	require.NoError(t, send.Logs(t.Context(), lokiLog("after that", time.Now())))
	require.Eventually(t, func() bool { return len(l.query("team-a", byTrace)) == 2 }, 20*time.Second, 200*time.Millisecond)
}

// While Loki is away lines wait; after its start each is there once, in order.
func TestLokiThatIsAway(t *testing.T) {
	l := newLoki(t)
	c, send := startToLoki(t, l, "")
	var want []string
	for k := range 100 {
		want = append(want, fmt.Sprint("line ", k))
		require.NoError(t, send.Logs(t.Context(), lokiLog(want[k], time.Now())))
	}
	l.start()
	require.Eventually(t, func() bool { return len(l.query("team-a", `{service_name="payment"}`)) >= 100 }, 60*time.Second, 200*time.Millisecond)
	assert.Equal(t, want, l.query("team-a", `{service_name="payment"}`))
	// And what the queue holds leaves before the end.
	for k := range 20 {
		require.NoError(t, send.Logs(t.Context(), lokiLog(fmt.Sprint("last ", k), time.Now())))
	}
	require.NoError(t, c.Stop())
	assert.Len(t, l.query("team-a", `{service_name="payment"}`), 120)
}

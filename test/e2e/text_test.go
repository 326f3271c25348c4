package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

// hostile is what a browser, a terminal or a log's reader would act on.
const hostile = "<script>alert(1)</script>\r\n2026-11-25T00:00:00.000Z\tinfo\tFORGED\x1b[2J\x1b]0;owned\a\u202e\u2028\x00\"}{{.}}${env:HOME}"

// visible is the part of it that a name may have.
const visible = `<script>alert(1)</script>"}{{.}}${env:HOME}`

const tells = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  otelheal: {source: healer}
  alert_webhook: {endpoint: HOOK}
processors: {anomaly: }
connectors: {rca: {guard: 4s, blip: 1s, settle: 1s, learning: 5s, emit_interval: 1s}}
exporters:
  recovery: {backend: healer}
  recovery/tool:
    http: {endpoint: "http://TOOL", signing_secrets: [whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz]}
  file: {path: DIR/events.jsonl, flush_interval: 100ms}
extensions:
  healer: {journal: {path: DIR/healer.db}, http: {endpoint: API}}
service:
  extensions: [healer]
  telemetry: {logs: {level: debug}, metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: METRICS}}}}]}}
  pipelines:
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [rca]}
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [otlp, otelheal, alert_webhook], exporters: [rca]}
    logs/incidents: {receivers: [rca], exporters: [recovery, recovery/tool, file]}
    logs/events: {receivers: [otelheal], exporters: [file]}
`

// hostileCall has the text in every place where text may be.
func hostileCall(c call) (ptrace.Traces, plog.Logs, pmetric.Metrics) {
	td, ld, md := ptrace.NewTraces(), plog.NewLogs(), pmetric.NewMetrics()
	fill := func(m pcommon.Map) {
		for _, k := range []string{"http.request.method", "http.route", "server.address", "peer.service", "db.system.name", "error.type", "exception.type",
			"exception.message", "code.file.path", "code.function.name", "level", hostile} {
			m.PutStr(k, hostile)
		}
	}
	identify := func(m pcommon.Map) {
		fill(m)
		m.PutStr("service.namespace", "shop")
		m.PutStr("service.name", visible)
		m.PutStr("service.instance.id", visible+"-1")
		m.PutStr("host.name", visible)
	}
	rs := td.ResourceSpans().AppendEmpty()
	identify(rs.Resource().Attributes())
	sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	fill(sp.Attributes())
	sp.SetTraceID(c.trace())
	sp.SetSpanID(pcommon.SpanID{1})
	sp.SetKind(ptrace.SpanKindServer)
	sp.SetName(hostile)
	sp.SetStartTimestamp(pcommon.NewTimestampFromTime(c.start))
	sp.SetEndTimestamp(pcommon.NewTimestampFromTime(c.start.Add(callTook)))
	rl := ld.ResourceLogs().AppendEmpty()
	identify(rl.Resource().Attributes())
	lr := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	fill(lr.Attributes())
	lr.Body().SetStr(hostile)
	lr.SetTraceID(c.trace())
	lr.SetTimestamp(sp.StartTimestamp())
	lr.SetEventName("otelheal.alert") // and claims to be one of ours
	if c.failed {
		sp.Status().SetCode(ptrace.StatusCodeError)
		sp.Status().SetMessage(hostile)
		ev := sp.Events().AppendEmpty()
		ev.SetName("exception")
		fill(ev.Attributes())
		lr.SetSeverityNumber(plog.SeverityNumberError)
	}
	rm := md.ResourceMetrics().AppendEmpty()
	identify(rm.Resource().Attributes())
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("memory " + hostile)
	m.SetUnit(hostile)
	m.SetDescription(hostile)
	dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
	fill(dp.Attributes())
	dp.SetTimestamp(sp.EndTimestamp())
	dp.SetDoubleValue(1)
	return td, ld, md
}

// clean tells whether a text for people is one line of what can be seen.
func clean(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u202e' || r == '\u2028' || r == '\u2029' || r == '\ufeff'
	}) < 0
}

// Text that wants to be markup, a terminal's command or another line is told as
// text: in the log, in incidents and outcomes, over the API, in metrics and to
// a tool.
func TestHostileTextIsText(t *testing.T) {
	ports, dir := harness.Ports(t, 5), t.TempDir()
	_, metricsPort, _ := strings.Cut(ports[2], ":")
	col := harness.Start(t, harness.Config(t, tells, "GRPC", ports[0], "HOOK", ports[1], "METRICS", metricsPort, "API", ports[3], "TOOL", ports[4], "DIR", dir))
	send := harness.Dial(t, ports[0])
	f := runTraffic(t, func(ctx context.Context, c call) error {
		td, ld, md := hostileCall(c)
		if err := send.Logs(ctx, ld); err != nil {
			return err
		}
		if err := send.Metrics(ctx, md); err != nil {
			return err
		}
		return send.Traces(ctx, td)
	})
	require.Eventually(t, func() bool { return f.Sent() >= 20*20 }, learns, 100*time.Millisecond)
	f.Fail(true)
	for _, labels := range []string{`"service":"x","summary":` + quoted(hostile), `"service":` + quoted(visible) + `,"a":` + quoted(hostile), quoted(hostile) + `:"x"`} {
		status, text := answered(t, hookRequest(t, ports[1], firingBody(`A<b>`, labels, time.Now()), "", "", time.Now()))
		assert.Less(t, status, 500, text)
		assert.True(t, clean(strings.TrimSpace(text)), "%q", text)
	}

	events := filepath.Join(dir, "events.jsonl")
	var incidents, outcomes int
	require.Eventually(t, func() bool {
		incidents, outcomes = 0, 0
		for _, lr := range harness.Records(t, events) {
			switch lr.EventName() {
			case "otelheal.incident":
				incidents++
			case "otelheal.outcome":
				outcomes++
			}
		}
		return incidents > 2 && outcomes > 0
	}, 60*time.Second, 100*time.Millisecond)
	t.Logf("%d incident records, %d outcomes", incidents, outcomes)

	var list []struct {
		Action event.Action `json:"action"`
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ports[3]+"/v1/actions", nil)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, "application/json", strings.Split(resp.Header.Get("Content-Type"), ";")[0])
	assert.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
	body, err := bufferOf(resp)
	require.NoError(t, err)
	assert.NotContains(t, body, "<script")
	require.NoError(t, json.Unmarshal([]byte(body), &list))
	require.NotEmpty(t, list)
	why := get(t, "http://"+ports[3]+"/v1/actions/"+list[0].Action.ID+"/why")
	for line := range strings.Lines(why) {
		assert.True(t, clean(strings.TrimRight(line, "\n")), "%q", line)
	}
	for line := range strings.Lines(get(t, "http://"+ports[2]+"/metrics") + get(t, "http://"+ports[3]+"/metrics")) {
		assert.Regexp(t, `^(# |[a-zA-Z_:][a-zA-Z0-9_:]*[ {])`, line, "a label ends a line of metrics")
	}

	f.Fail(false)
	require.NoError(t, col.Stop())
	for _, lr := range harness.Records(t, events) {
		assert.True(t, clean(lr.Body().AsString()), "%q", lr.Body().AsString())
	}
	begins := regexp.MustCompile(`^(\d{4}-\d\d-\d\dT[\d:.]+Z\t(debug|info|warn|error)\t|\t|[a-zA-Z0-9_./*()\[\]{}-]+\.?[^ ]*$)`)
	lines := bufio.NewScanner(strings.NewReader(col.Log()))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := lines.Text()
		assert.True(t, clean(strings.ReplaceAll(line, "\t", " ")), "%q", line)
		assert.Regexp(t, begins, line, "a line that nobody of us began")
		assert.NotRegexp(t, `^2026-11-25T00:00:00\.000Z`, line)
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

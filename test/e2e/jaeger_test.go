package e2e

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

// toJaeger keeps traces where people look at them. Jaeger takes OTLP itself.
const toJaeger = `
receivers: {otlp: {protocols: {grpc: {endpoint: GRPC}}}}
exporters:
  otlp_grpc/jaeger:
    endpoint: JAEGER
    tls: {insecure: true}
    retry_on_failure: {initial_interval: 200ms, max_interval: 500ms}
service: {pipelines: {traces: {receivers: [otlp], exporters: [rca, otlp_grpc/jaeger]}}}
`

const jaegerConfig = `
receivers: {otlp: {protocols: {grpc: {endpoint: JAEGER}}}}
exporters: {jaeger_storage_exporter: {trace_storage: memory}}
extensions:
  jaeger_storage: {backends: {memory: {memory: {max_traces: 100000}}}}
  jaeger_query: {storage: {traces: memory}, http: {endpoint: QUERY}, grpc: {endpoint: UNUSED}}
service:
  extensions: [jaeger_storage, jaeger_query]
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [jaeger_storage_exporter]}}
`

// jaegerServer is a real one that keeps traces in memory.
type jaegerServer struct {
	*server
	otlp  string
	query string
}

// newJaeger does not start it.
func newJaeger(t *testing.T) *jaegerServer {
	t.Helper()
	binary, ports := harness.Server(t, "jaeger"), harness.Ports(t, 3)
	config := harness.Config(t, jaegerConfig, "JAEGER", ports[0], "QUERY", ports[1], "UNUSED", ports[2])
	return &jaegerServer{newServer(t, binary, "--config="+config), ports[0], ports[1]}
}

// spans asks Jaeger's HTTP API, and counts what it finds by service. What came
// twice is twice there, as the traces are asked for as they were stored.
func (j *jaegerServer) spans(path string, query url.Values) map[string]int {
	j.t.Helper()
	body := get(j.t, "http://"+j.query+path+"?"+query.Encode())
	var answer struct{ Result json.RawMessage }
	if json.Unmarshal([]byte(body), &answer) != nil || answer.Result == nil {
		return nil // it is not there, or knows no such trace
	}
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(answer.Result)
	require.NoError(j.t, err, "%s", answer.Result)
	found := map[string]int{}
	for _, rs := range td.ResourceSpans().All() {
		service, _ := rs.Resource().Attributes().Get("service.name")
		for _, ss := range rs.ScopeSpans().All() {
			found[service.Str()] += ss.Spans().Len()
		}
	}
	return found
}

func (j *jaegerServer) trace(id string) map[string]int {
	j.t.Helper()
	return j.spans("/api/v3/traces/"+id, url.Values{"raw_traces": {"true"}})
}

// all is what it has of the traces in which a service took part.
func (j *jaegerServer) all(service string) map[string]int {
	j.t.Helper()
	at := func(d time.Duration) []string { return []string{time.Now().Add(d).UTC().Format(time.RFC3339Nano)} }
	return j.spans("/api/v3/traces", url.Values{
		"query.service_name": {service}, "query.num_traces": {"100000"}, "query.raw_traces": {"true"},
		"query.start_time_min": at(-time.Hour), "query.start_time_max": at(time.Hour),
	})
}

// Verdicts do not wait for a Jaeger that is away; when it comes it gets every
// span, and each once, and shows the trace that the incident names.
func TestTracesReachJaeger(t *testing.T) {
	jaeger := newJaeger(t)
	grpc, dir := harness.Ports(t, 1)[0], t.TempDir()
	more := []string{"KEY", macKey, "DIR", dir, "GRPC", grpc, "JAEGER", jaeger.otlp}
	harness.Start(t, harness.Config(t, finding, more...), harness.Config(t, toJaeger, more...))
	app := harness.RunApp(t, grpc)
	i := findsPayment(t, app, dir+"/incidents.jsonl")
	assert.Equal(t, event.Entity{Namespace: "shop", Service: "payment"}, i.Cause.Target.Entity.OfService())
	app.Stop()

	jaeger.launch()
	whole := map[string]int{"frontend": 2 * int(app.Sent()), "payment": int(app.Sent())}
	var found map[string]int
	require.Eventually(t, func() bool { found = jaeger.all("payment"); return found["payment"] >= whole["payment"] }, 60*time.Second, 200*time.Millisecond)
	assert.Equal(t, whole, found)
	t.Logf("Jaeger has %v", found)
	assert.Equal(t, map[string]int{"frontend": 2, "payment": 1}, jaeger.trace(i.TraceID), "the trace of the incident, %q", i.TraceID)
	assert.Nil(t, jaeger.trace("0123456789abcdef0123456789abcdef"), "nobody sent this one")
}

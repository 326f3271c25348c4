package e2e

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // which the exporter uses

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

// fakeJaeger is an OTLP server that counts spans, since there is no Jaeger to be
// had as a package.
type fakeJaeger struct {
	ptraceotlp.UnimplementedGRPCServer
	mu    sync.Mutex
	spans map[string]map[[24]byte]int // times that each span came, by service
}

func (f *fakeJaeger) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rs := range req.Traces().ResourceSpans().All() {
		name, _ := rs.Resource().Attributes().Get("service.name")
		if f.spans[name.Str()] == nil {
			f.spans[name.Str()] = map[[24]byte]int{}
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				trace, span := sp.TraceID(), sp.SpanID()
				f.spans[name.Str()][[24]byte(append(trace[:], span[:]...))]++
			}
		}
	}
	return ptraceotlp.NewExportResponse(), nil
}

func (f *fakeJaeger) count(service string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.spans[service])
}

// Verdicts do not wait for a Jaeger that is away; when it comes it gets every
// span, and each once.
func TestTracesReachJaeger(t *testing.T) {
	ports, dir := harness.Ports(t, 2), t.TempDir()
	more := []string{"KEY", macKey, "DIR", dir, "GRPC", ports[0], "JAEGER", ports[1]}
	harness.Start(t, harness.Config(t, finding, more...), harness.Config(t, toJaeger, more...))
	app := harness.RunApp(t, ports[0])
	i := findsPayment(t, app, dir+"/incidents.jsonl")
	assert.Equal(t, event.Entity{Namespace: "shop", Service: "payment"}, i.Cause.Target.Entity.OfService())

	app.Stop()
	jaeger := &fakeJaeger{spans: map[string]map[[24]byte]int{}}
	server := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(server, jaeger)
	listener, err := net.Listen("tcp", ports[1])
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	require.Eventually(t, func() bool { return jaeger.count("payment") == int(app.Sent()) }, 60*time.Second, 100*time.Millisecond)
	assert.Equal(t, 2*int(app.Sent()), jaeger.count("frontend"))
	for _, times := range jaeger.spans["payment"] {
		require.Equal(t, 1, times)
	}
}

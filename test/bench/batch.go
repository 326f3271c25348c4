package bench

import (
	"encoding/binary"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

const (
	traces        = 100
	spansPerTrace = 10
	services      = 5
	spansPerBatch = traces * spansPerTrace
)

// template is a batch whose ids and times stamp sets.
func template() ptrace.Traces {
	td := ptrace.NewTraces()
	for s := range services {
		rs := td.ResourceSpans().AppendEmpty()
		a := rs.Resource().Attributes()
		a.PutStr("service.namespace", "shop")
		a.PutStr("service.name", fmt.Sprintf("service-%d", s))
		a.PutStr("service.instance.id", fmt.Sprintf("service-%d-1", s))
		a.PutStr("host.name", "node-1")
		spans := rs.ScopeSpans().AppendEmpty().Spans()
		for trace := range traces {
			for half := range spansPerTrace / services {
				fill(spans.AppendEmpty(), trace, s, half)
			}
		}
	}
	return td
}

// fill makes one span: each service has a server span (half 0), which calls the
// next service with a client span (half 1).
func fill(span ptrace.Span, trace, service, half int) {
	var id, parent pcommon.SpanID
	id[0], id[1] = byte(service+1), byte(half+1)
	switch {
	case half == 1:
		parent[0], parent[1] = byte(service+1), 1
	case service > 0:
		parent[0], parent[1] = byte(service), 2
	}
	span.SetSpanID(id)
	span.SetParentSpanID(parent)
	span.SetName(fmt.Sprintf("GET /route/%d", trace%4))
	span.SetKind(ptrace.SpanKindServer)
	if half == 1 {
		span.SetKind(ptrace.SpanKindClient)
	}
	a := span.Attributes()
	a.PutStr("http.request.method", "GET")
	a.PutStr("http.route", fmt.Sprintf("/route/%d", trace%4))
	a.PutStr("url.scheme", "http")
	a.PutInt("http.response.status_code", 200)
	a.PutStr("server.address", fmt.Sprintf("service-%d", service+half))
	a.PutInt("server.port", 8080)
	a.PutStr("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)")
	a.PutStr("client.address", "10.0.0.7")
	a.PutStr("network.protocol.version", "1.1")
	a.PutInt("thread.id", int64(trace))
}

// stamper makes batches of new traces that end now.
type stamper struct {
	base   ptrace.Traces
	serial uint64
}

func newStamper() *stamper { return &stamper{base: template()} }

// batch copies the template and gives it new trace ids, which is what all
// candidates pay for alike.
func (s *stamper) batch(now time.Time) ptrace.Traces {
	td := ptrace.NewTraces()
	s.base.CopyTo(td)
	first := s.serial
	s.serial += traces
	for service := range services {
		spans := td.ResourceSpans().At(service).ScopeSpans().At(0).Spans()
		for k := range spans.Len() {
			span := spans.At(k)
			var id pcommon.TraceID
			id[0] = 1
			binary.BigEndian.PutUint64(id[8:], first+uint64(k/2))
			span.SetTraceID(id)
			inset := time.Duration(2*service+k%2) * time.Millisecond
			span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-30*time.Millisecond + inset)))
			span.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(-inset)))
		}
	}
	return td
}

package rcaconnector

import (
	"context"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca"
)

// takeTraces walks spans into the engine.
func (e *engine) takeTraces(ctx context.Context, td ptrace.Traces) {
	e.received(ctx, signalTraces, td.SpanCount())
	now := e.now()
	var s rca.Span
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		entity := entityOf(rs.Resource())
		for _, ss := range rs.ScopeSpans().All() {
			if entity.Service == "" {
				e.noService.Add(int64(ss.Spans().Len()))
				continue
			}
			for _, sp := range ss.Spans().All() {
				readSpan(&s, sp, entity)
				e.brain.AddSpan(&s, now)
			}
		}
	}
}

var spanKinds = map[ptrace.SpanKind]rca.SpanKind{
	ptrace.SpanKindUnspecified: rca.KindUnspecified, ptrace.SpanKindServer: rca.KindServer, ptrace.SpanKindClient: rca.KindClient,
	ptrace.SpanKindProducer: rca.KindProducer, ptrace.SpanKindConsumer: rca.KindConsumer,
}

func readSpan(s *rca.Span, sp ptrace.Span, entity event.Entity) {
	m := sp.Attributes()
	*s = rca.Span{
		TraceID: sp.TraceID(), SpanID: sp.SpanID(), ParentID: sp.ParentSpanID(), Kind: spanKinds[sp.Kind()], Entity: entity,
		Start: sp.StartTimestamp().AsTime(), End: sp.EndTimestamp().AsTime(),
	}
	s.Name = operationOf(sp, m)
	if s.Kind == rca.KindClient || s.Kind == rca.KindProducer {
		s.Peer = peerOf(m)
	}
	readFailure(s, sp, m)
}

// operationOf names what a server was asked for by the semantic conventions,
// which know fewer names than spans have.
func operationOf(sp ptrace.Span, m pcommon.Map) string {
	if route := text(m, "http.route"); route != "" {
		return text(m, "http.request.method", "http.method") + " " + route
	}
	if method := text(m, "rpc.method"); method != "" {
		return text(m, "rpc.service") + "/" + method
	}
	return sp.Name()
}

// peerOf names whom a client calls.
func peerOf(m pcommon.Map) rca.Peer {
	p := rca.Peer{
		Service: text(m, "service.peer.name", "peer.service"),
		System:  text(m, "db.system.name", "db.system", "messaging.system"),
		Address: text(m, "server.address", "net.peer.name", "network.peer.address", "net.sock.peer.addr"),
	}
	if port := number(m, "server.port", "net.peer.port", "network.peer.port", "net.sock.peer.port"); port != 0 && p.Address != "" {
		p.Address += ":" + strconv.FormatInt(port, 10)
	}
	return p
}

// outcomeOf tells how the span ended in few words: an exception's type or an
// error's, a status, and apart from those an exception that was handled.
func outcomeOf(sp ptrace.Span, m pcommon.Map, code int64) string {
	failed := sp.Status().Code() == ptrace.StatusCodeError
	what := ""
	for _, ev := range sp.Events().All() {
		if ev.Name() == "exception" {
			what = cut(text(ev.Attributes(), "exception.type"), 100)
			if what == "" {
				what = "exception"
			}
		}
	}
	grpc := number(m, "rpc.grpc.status_code")
	switch {
	case what != "" && !failed:
		return "handled " + what
	case what != "":
		return what
	case code >= 400:
		return "HTTP " + strconv.FormatInt(code, 10)
	case grpc != 0:
		return "gRPC " + strconv.FormatInt(grpc, 10)
	case failed:
		return "error " + cut(text(m, "error.type"), 100)
	}
	return ""
}

// readFailure tells how the span failed, if its status says so: an exception
// event alone was handled.
func readFailure(s *rca.Span, sp ptrace.Span, m pcommon.Map) {
	code := number(m, "http.response.status_code", "http.status_code")
	s.Outcome = outcomeOf(sp, m, code)
	if sp.Status().Code() != ptrace.StatusCodeError && (code < 500 || sp.Status().Code() == ptrace.StatusCodeOk) {
		return
	}
	errorType, message := text(m, "error.type"), sp.Status().Message()
	exception := ""
	for _, ev := range sp.Events().All() {
		if ev.Name() == "exception" {
			exception = cut(text(ev.Attributes(), "exception.type"), 200) + ": " + cut(text(ev.Attributes(), "exception.message"), 400)
		}
	}
	server := s.Kind != rca.KindClient && s.Kind != rca.KindProducer
	said := rca.ClassifyFailure(errorType, message, exception)
	switch grpc := number(m, "rpc.grpc.status_code"); {
	case server && (said == rca.FailureTimeout || said == rca.FailureCancelled):
		s.Failure = said // it gave up, whatever it answered then
	case server:
		s.Failure = rca.FailureError // what it could not reach is in its client spans
	case code == 408 || code == 504 || grpc == 4:
		s.Failure = rca.FailureTimeout
	case grpc == 14:
		s.Failure = rca.FailureUnreachable
	case grpc == 1:
		s.Failure = rca.FailureCancelled
	case code != 0:
		s.Failure = rca.FailureError // somebody answered
	default:
		s.Failure = said
	}
	switch {
	case exception != "":
		s.Error = exception
	case message != "":
		s.Error = message
	case errorType != "":
		s.Error = errorType
	case code != 0:
		s.Error = "HTTP " + strconv.FormatInt(code, 10)
	}
}

// cut bounds hostile text before it is worked on.
func cut(s string, limit int) string {
	if len(s) > limit {
		return s[:limit]
	}
	return s
}

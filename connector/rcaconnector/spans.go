package rcaconnector

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca"
)

// takeTraces walks spans into the engine.
func (e *engine) takeTraces(ctx context.Context, td ptrace.Traces) {
	e.received(ctx, signalTraces, td.SpanCount())
	now := e.now()
	e.guarded(ctx, func() { e.walkTraces(td, now) })
}

func (e *engine) walkTraces(td ptrace.Traces, now time.Time) {
	var s rca.Span
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

// spanKinds are indexed by ptrace.SpanKind.
var spanKinds = [...]rca.SpanKind{
	ptrace.SpanKindUnspecified: rca.KindUnspecified, ptrace.SpanKindInternal: rca.KindInternal,
	ptrace.SpanKindServer: rca.KindServer, ptrace.SpanKindClient: rca.KindClient,
	ptrace.SpanKindProducer: rca.KindProducer, ptrace.SpanKindConsumer: rca.KindConsumer,
}

func readSpan(s *rca.Span, sp ptrace.Span, entity event.Entity) {
	a := readAttributes(sp.Attributes())
	*s = rca.Span{
		TraceID: sp.TraceID(), SpanID: sp.SpanID(), ParentID: sp.ParentSpanID(), Entity: entity,
		Start: sp.StartTimestamp().AsTime(), End: sp.EndTimestamp().AsTime(),
	}
	if k := sp.Kind(); k >= 0 && int(k) < len(spanKinds) {
		s.Kind = spanKinds[k]
	}
	switch {
	case a.route != "":
		s.Method, s.Name = a.method, a.route
	case a.rpcMethod != "":
		s.Name = a.rpcService + "/" + a.rpcMethod
	default:
		s.Name = sp.Name()
	}
	if s.Kind == rca.KindClient || s.Kind == rca.KindProducer {
		s.Peer = a.peer()
		s.Responded = s.Kind == rca.KindClient && responded(a.status)
	}
	if n := sp.Links().Len(); n > 0 {
		s.Links = make([]rca.Link, 0, min(n, maxLinks))
		for _, l := range sp.Links().All() {
			if len(s.Links) == maxLinks {
				break
			}
			s.Links = append(s.Links, rca.Link{TraceID: l.TraceID(), SpanID: l.SpanID()})
		}
	}
	readFailure(s, sp, &a)
}

// responded tells whether a status is an answer of whom the call was for. The others
// are a proxy's, which had none from there, or in time.
func responded(status int64) bool {
	switch status {
	case 0, http.StatusRequestTimeout, http.StatusBadGateway, http.StatusGatewayTimeout:
		return false
	}
	return true
}

// maxLinks is how many links of a span are read.
const maxLinks = 8

// outcomeOf tells how the span ended in few words: an exception's type or an
// error's, a status, and apart from those an exception that was handled.
func outcomeOf(sp ptrace.Span, a *attributes) string {
	failed := sp.Status().Code() == ptrace.StatusCodeError
	what := ""
	for _, ev := range sp.Events().All() {
		if kind, _, ok := thrown(ev); ok {
			what = cut(kind, 100)
			if what == "" {
				what = "exception"
			}
		}
	}
	switch {
	case what != "" && !failed:
		return "handled " + what
	case what != "":
		return what
	case a.status >= 400:
		return "HTTP " + strconv.FormatInt(a.status, 10)
	case a.grpc != 0:
		return "gRPC " + strconv.FormatInt(a.grpc, 10)
	case failed:
		return "error " + cut(a.errorType, 100)
	}
	return ""
}

// readFailure tells how the span failed, if its status says so: an exception
// event alone was handled.
func readFailure(s *rca.Span, sp ptrace.Span, a *attributes) {
	code := a.status
	s.Outcome = outcomeOf(sp, a)
	if sp.Status().Code() != ptrace.StatusCodeError && (code < 500 || sp.Status().Code() == ptrace.StatusCodeOk) {
		return
	}
	errorType, message := a.errorType, sp.Status().Message()
	exception := ""
	for _, ev := range sp.Events().All() {
		if kind, message, ok := thrown(ev); ok {
			exception = cut(kind, 200) + ": " + cut(message, 400)
		}
	}
	server := s.Kind != rca.KindClient && s.Kind != rca.KindProducer
	said := rca.ClassifyFailure(errorType, message, exception)
	switch grpc := a.grpc; {
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

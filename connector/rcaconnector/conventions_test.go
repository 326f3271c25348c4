package rcaconnector

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca"
)

// read is what rca gets of a span with the attributes.
func read(t *testing.T, kind ptrace.SpanKind, attrs map[string]any, events ...map[string]any) rca.Span {
	t.Helper()
	sp := ptrace.NewSpan()
	sp.SetName("a name that says little")
	sp.SetKind(kind)
	require.NoError(t, sp.Attributes().FromRaw(attrs))
	for _, e := range events {
		sp.Status().SetCode(ptrace.StatusCodeError)
		ev := sp.Events().AppendEmpty()
		ev.SetName(e["(name)"].(string))
		delete(e, "(name)")
		require.NoError(t, ev.Attributes().FromRaw(e))
	}
	var s rca.Span
	readSpan(&s, sp, event.Entity{Service: "shop"})
	return s
}

type attrs = map[string]any

// Old and new semantic conventions, and what comes by other protocols, mean the
// same. What is wanted is stated, so that two wrong readings do not agree.
func TestConventionsMeanTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		kind  ptrace.SpanKind
		want  rca.Span
		forms map[string]attrs
	}{
		"an answer that failed": {
			kind: ptrace.SpanKindServer,
			want: rca.Span{Kind: rca.KindServer, Method: "POST", Name: "/pay", Failure: rca.FailureError, Error: "HTTP 503", Outcome: "HTTP 503"},
			forms: map[string]attrs{
				"2023": {"http.request.method": "POST", "http.route": "/pay", "http.response.status_code": 503},
				"2019": {"http.method": "POST", "http.route": "/pay", "http.status_code": 503},
				"both": {"http.request.method": "POST", "http.method": "post", "http.route": "/pay", "http.response.status_code": 503, "http.status_code": 500},
				"text": {"http.method": "POST", "http.route": "/pay", "http.status_code": "503"},
			},
		},
		"a gateway that timed out": {
			kind: ptrace.SpanKindClient,
			want: rca.Span{Kind: rca.KindClient, Method: "GET", Name: "/stock", Failure: rca.FailureTimeout, Error: "HTTP 504", Outcome: "HTTP 504",
				Peer: rca.Peer{Address: "stock", Port: 8080}},
			forms: map[string]attrs{
				"2023": {"http.request.method": "GET", "http.route": "/stock", "http.response.status_code": 504, "server.address": "stock", "server.port": 8080},
				"2019": {"http.method": "GET", "http.route": "/stock", "http.status_code": 504, "net.peer.name": "stock", "net.peer.port": 8080},
				"both": {"http.method": "GET", "http.route": "/stock", "http.status_code": 504, "http.response.status_code": 504,
					"net.peer.name": "another", "net.peer.port": 1, "server.address": "stock", "server.port": 8080},
				"OpenTracing": {"http.method": "GET", "http.route": "/stock", "http.status_code": "504", "peer.hostname": "stock", "peer.port": "8080"},
			},
		},
		"a call that was answered badly": {
			kind: ptrace.SpanKindClient,
			want: rca.Span{Kind: rca.KindClient, Name: "a name that says little", Failure: rca.FailureError, Error: "HTTP 503", Outcome: "HTTP 503",
				Peer: rca.Peer{Address: "stock"}, Responded: true},
			forms: map[string]attrs{
				"2023": {"http.response.status_code": 503, "server.address": "stock"},
				"2019": {"http.status_code": 503, "net.peer.name": "stock"},
			},
		},
		"a name beats an address": {
			kind: ptrace.SpanKindClient,
			want: rca.Span{Kind: rca.KindClient, Name: "a name that says little", Peer: rca.Peer{Service: "stock", Address: "10.0.0.7"}},
			forms: map[string]attrs{
				"2025": {"service.peer.name": "stock", "network.peer.address": "10.0.0.7"},
				"2019": {"peer.service": "stock", "net.peer.ip": "10.0.0.7"},
				"both": {"peer.service": "another", "service.peer.name": "stock", "net.sock.peer.addr": "10.0.0.9", "network.peer.address": "10.0.0.7"},
			},
		},
		"a database": {
			kind: ptrace.SpanKindClient,
			want: rca.Span{Kind: rca.KindClient, Name: "a name that says little", Peer: rca.Peer{System: "microsoft.sql_server", Address: "db", Port: 1433}},
			forms: map[string]attrs{
				"2025": {"db.system.name": "microsoft.sql_server", "server.address": "db", "server.port": 1433, "db.namespace": "orders"},
				"2019": {"db.system": "mssql", "net.peer.name": "db", "net.peer.port": 1433, "db.name": "orders"},
				"both": {"db.system": "other_sql", "db.system.name": "microsoft.sql_server", "server.address": "db", "server.port": 1433},
			},
		},
		"a broker": {
			kind: ptrace.SpanKindProducer,
			want: rca.Span{Kind: rca.KindProducer, Name: "a name that says little", Peer: rca.Peer{System: "aws_sqs", Address: "broker"}},
			forms: map[string]attrs{
				"2024": {"messaging.system": "aws_sqs", "server.address": "broker", "messaging.destination.name": "orders", "messaging.operation.type": "send"},
				"2021": {"messaging.system": "AmazonSQS", "net.peer.name": "broker", "messaging.destination": "orders", "messaging.operation": "publish"},
			},
		},
		"a procedure": {
			kind: ptrace.SpanKindClient,
			want: rca.Span{Kind: rca.KindClient, Name: "shop.Cart/Add", Peer: rca.Peer{Address: "cart"}, Outcome: "gRPC 14"},
			forms: map[string]attrs{
				"2025": {"rpc.system.name": "grpc", "rpc.method": "shop.Cart/Add", "rpc.response.status_code": "UNAVAILABLE", "server.address": "cart"},
				"2020": {"rpc.system": "grpc", "rpc.service": "shop.Cart", "rpc.method": "Add", "rpc.grpc.status_code": 14, "net.peer.name": "cart"},
			},
		},
	} {
		for form, a := range c.forms {
			t.Run(name+", "+form, func(t *testing.T) {
				got := read(t, c.kind, a)
				c.want.Entity, c.want.Start, c.want.End = got.Entity, got.Start, got.End
				assert.Equal(t, c.want, got)
			})
		}
	}
}

func TestProcedureThatCannotBeReached(t *testing.T) {
	for form, code := range map[string]attrs{"old": {"rpc.grpc.status_code": 14}, "new": {"rpc.response.status_code": "UNAVAILABLE"}} {
		t.Run(form, func(t *testing.T) {
			sp := ptrace.NewSpan()
			sp.SetKind(ptrace.SpanKindClient)
			sp.Status().SetCode(ptrace.StatusCodeError)
			require.NoError(t, sp.Attributes().FromRaw(code))
			var s rca.Span
			readSpan(&s, sp, event.Entity{Service: "shop"})
			assert.Equal(t, rca.FailureUnreachable, s.Failure)
		})
	}
}

func TestExceptionsOfOtherProtocols(t *testing.T) {
	for form, ev := range map[string]attrs{
		"OpenTelemetry": {"(name)": "exception", "exception.type": "BankError", "exception.message": "no route to bank"},
		"OpenTracing":   {"(name)": "error", "error.kind": "BankError", "message": "no route to bank"},
		"SkyWalking":    {"(name)": "logs", "event": "error", "error.kind": "BankError", "message": "no route to bank", "stack": "at Bank"},
	} {
		t.Run(form, func(t *testing.T) {
			s := read(t, ptrace.SpanKindServer, nil, ev)
			assert.Equal(t, "BankError: no route to bank", s.Error)
			assert.Equal(t, "BankError", s.Outcome)
		})
	}
	s := read(t, ptrace.SpanKindServer, nil, attrs{"(name)": "logs", "event": "retry"})
	assert.Empty(t, s.Error, "a log that tells of no error")
}

// A line of a file is JSON with its trace as text: it joins that trace, whether
// the record has it as a body, parsed, or among its attributes.
func TestLinesJoinTheirTrace(t *testing.T) {
	const id, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	trace := pcommon.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}
	for form, fill := range map[string]func(plog.LogRecord){
		"a line of JSON": func(lr plog.LogRecord) {
			lr.Body().SetStr(`{"level":"ERROR","message":"no route to bank","trace_id":"` + id + `","span_id":"` + span + `"}`)
		},
		"indented, with a line's end": func(lr plog.LogRecord) {
			lr.Body().SetStr(` {"severity":"error","msg":"no route to bank","traceId":"` + id + `","spanId":"` + span + "\"}\n")
		},
		"a map": func(lr plog.LogRecord) {
			_ = lr.Body().SetEmptyMap().FromRaw(attrs{"level": "error", "message": "no route to bank", "trace_id": id, "span_id": span})
		},
		"attributes": func(lr plog.LogRecord) {
			lr.Body().SetStr("no route to bank")
			lr.SetSeverityText("ERROR")
			_ = lr.Attributes().FromRaw(attrs{"trace_id": id, "span_id": span})
		},
		"the record's own": func(lr plog.LogRecord) {
			lr.Body().SetStr("no route to bank")
			lr.SetSeverityNumber(plog.SeverityNumberError)
			lr.SetTraceID(trace)
			lr.SetSpanID(pcommon.SpanID{0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7})
		},
	} {
		t.Run(form, func(t *testing.T) {
			lr := plog.NewLogRecord()
			fill(lr)
			var l rca.Log
			readLog(&l, lr, event.Entity{Service: "payment"}, l.At)
			assert.EqualValues(t, trace, l.TraceID)
			assert.Equal(t, [8]byte{0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}, l.SpanID)
			assert.True(t, l.Error)
			assert.Equal(t, "no route to bank", l.Text)
		})
	}
	for _, bad := range []string{"0", "not hexadecimal, though 32 long..", id[:31], "0x" + id, "00000000000000000000000000000000", "4BF92F35-77B3-4DA6-A3CE-929D0E0E4736"} {
		lr := plog.NewLogRecord()
		lr.Body().SetStr(`{"trace_id":"` + bad + `"}`)
		var l rca.Log
		readLog(&l, lr, event.Entity{Service: "payment"}, l.At)
		assert.Zero(t, l.TraceID, bad)
	}
}

package rca

import (
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// SpanKind is that of OpenTelemetry.
type SpanKind uint8

const (
	KindInternal SpanKind = iota
	KindServer
	KindClient
	KindProducer
	KindConsumer
	KindUnspecified // nobody says: found out by who is above and below
)

// Failure says how a span failed.
type Failure uint8

const (
	FailureNone        Failure = iota
	FailureError               // an answer, but a bad one; an exception
	FailureTimeout             // nobody answered in time
	FailureUnreachable         // no connection, or one that broke
	FailureCancelled           // the caller gave up
)

// Span is what the engine needs to know of a span. Texts may be of any length:
// the engine cuts them.
type Span struct {
	TraceID   [16]byte
	SpanID    [8]byte
	ParentID  [8]byte
	Kind      SpanKind
	Entity    event.Entity
	Method    string // comes before the name, if there is one
	Name      string // of the operation, by http.route, rpc.method or the span's name
	Start     time.Time
	End       time.Time
	Failure   Failure
	Error     string // type and message of the exception, for people
	Outcome   string // how it ended, of few values: an exception's type, a status; empty: well
	Responded bool   // of a call: somebody answered, whatever he said
	Peer      Peer   // of a client or producer
	Links     []Link // to spans of other traces: whose messages it works on
}

// Link names a span of another trace.
type Link struct {
	TraceID [16]byte
	SpanID  [8]byte
}

// Peer is whom a client span calls, as far as its attributes say.
type Peer struct {
	Service string // peer.service
	System  string // db.system.name, messaging.system, rpc.system …
	Address string // server.address, with or without the port
	Port    uint16 // 0: none, or part of the address
}

// Log is what the engine needs to know of a log record.
type Log struct {
	TraceID [16]byte // zeros join nothing
	SpanID  [8]byte
	Entity  event.Entity
	At      time.Time
	Error   bool   // severity ERROR or above, or an exception
	Place   string // in the code, if the record says
	Text    string // one line: exception type and message, else the body
}

// Metric is a value of a gauge of an instance.
type Metric struct {
	Entity event.Entity
	Name   string
	Value  float64
}

// ClassifyFailure reads an error type, a status message or an exception for how
// the call failed. Libraries agree on little but these words.
func ClassifyFailure(texts ...string) Failure {
	found := FailureError
	for _, t := range texts {
		if len(t) > 512 {
			t = t[:512]
		}
		t = strings.ToLower(t)
		switch {
		case containsAny(t, "deadline", "timeout", "timed out", "etimedout"):
			return FailureTimeout
		case containsAny(t, "refused", "unreachable", "reset by peer", "econnreset", "broken pipe", "no such host",
			"unavailable", "enotfound", "unknownhost", "eof", "connectexception", "connectionerror", "no route to host"):
			found = FailureUnreachable
		case found == FailureError && containsAny(t, "canceled", "cancelled", "aborted"):
			found = FailureCancelled
		}
	}
	return found
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

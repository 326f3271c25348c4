package shopsim

import (
	"time"

	"github.com/otelheal/otelheal/event"
)

// Kind of a span, as OpenTelemetry has it.
type Kind uint8

const (
	KindServer Kind = iota
	KindClient
	KindUnspecified
)

// Failure says how a span failed.
type Failure uint8

const (
	FailureNone        Failure = iota
	FailureError               // a bad answer, or an exception
	FailureTimeout             // nobody answered in time
	FailureUnreachable         // no connection
	FailureCancelled           // the caller gave up
)

// Peer is whom a client span says that it calls.
type Peer struct {
	System  string // of a database
	Address string // with its port
}

// Span is one side of a call.
type Span struct {
	TraceID  [16]byte
	SpanID   [8]byte
	ParentID [8]byte
	Kind     Kind
	Entity   event.Entity
	Name     string
	Start    time.Time
	End      time.Time
	Failure  Failure
	Error    string // what people read of it
	Peer     Peer
}

// Log is a line about an exception.
type Log struct {
	TraceID [16]byte
	SpanID  [8]byte
	Entity  event.Entity
	At      time.Time
	Text    string
}

// Sink takes what arrives, in the order in which it does.
type Sink interface {
	AddSpan(*Span, time.Time)
	AddLog(*Log, time.Time)
	AddState(event.AgentState, time.Time)
	// Step comes after everything that arrived within a twentieth of a second.
	Step(now time.Time)
}

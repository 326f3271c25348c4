package eventlog

import (
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

var (
	testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	payment = event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1"}
	target  = event.Target{Entity: payment, Incarnation: "17@1000"}
)

func goodIncident() *event.Incident {
	return &event.Incident{
		ID: "inc-1", Revision: 2, Status: event.IncidentOpen, UpdatedAt: testNow, Summary: "payment-1 hangs",
		Cause: event.Cause{Target: target, Kind: event.KindHang, Why: "its probe fails"}, Confidence: 0.9, Settled: true,
		Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: payment, Text: "probe: timeout", At: testNow}},
	}
}

func goodAction() *event.Action {
	return &event.Action{
		ID: "act-1", Policy: "restart", Mode: event.ModeAct, Target: target, IssuedAt: testNow, Expires: testNow.Add(time.Minute),
		Steps: []event.Step{{
			Verb: "restart", Executor: "process_executor", Params: map[string]string{"level": "1"},
			Timeout: event.Duration(time.Second), VerifyWithin: event.Duration(time.Second),
		}},
		Incident: *goodIncident(),
	}
}

func goodOutcome() *event.Outcome {
	return &event.Outcome{
		ActionID: "act-1", IncidentID: "inc-1", State: event.StateSucceeded, Target: target, Reason: "proven",
		Text: "restarted payment-1", Mode: event.ModeAct, At: testNow,
	}
}

func goodState() *event.AgentState {
	return &event.AgentState{Entity: payment, Incarnation: "17@1000", Status: event.AgentHealthy, Since: testNow, At: testNow, Source: "process_executor"}
}

func goodChange() *event.Change {
	return &event.Change{Entity: payment, Kind: event.ChangeRelease, From: "v1", To: "v2", By: "ci", At: testNow}
}

func goodAlert() *event.Alert {
	return &event.Alert{Fingerprint: "f", Name: "Slow", Status: event.AlertFiring, Entity: payment, StartsAt: testNow}
}

// kind is one kind of event with its writer and reader.
type kind struct {
	name  string
	want  any
	write func(*Codec, plog.LogRecord) error
	read  func(*Codec, plog.LogRecord) (any, Trust, error)
}

func kinds() []kind {
	return []kind{
		kindOf(NameIncident, goodIncident(), (*Codec).WriteIncident, (*Codec).ReadIncident),
		kindOf(NameAction, goodAction(), (*Codec).WriteAction, (*Codec).ReadAction),
		kindOf(NameOutcome, goodOutcome(), (*Codec).WriteOutcome, (*Codec).ReadOutcome),
		kindOf(NameAgentState, goodState(), (*Codec).WriteAgentState, (*Codec).ReadAgentState),
		kindOf(NameChange, goodChange(), (*Codec).WriteChange, (*Codec).ReadChange),
		kindOf(NameAlert, goodAlert(), (*Codec).WriteAlert, (*Codec).ReadAlert),
	}
}

func kindOf[E any](name string, e *E,
	write func(*Codec, plog.LogRecord, *E) error, read func(*Codec, plog.LogRecord) (*E, Trust, error),
) kind {
	return kind{
		name:  name,
		want:  e,
		write: func(c *Codec, lr plog.LogRecord) error { return write(c, lr, e) },
		read: func(c *Codec, lr plog.LogRecord) (any, Trust, error) {
			got, trust, err := read(c, lr)
			return got, trust, err
		},
	}
}

package recoveryexporter

import (
	"net/http"
	"time"

	"github.com/otelheal/otelheal/event"
)

// try renders what a tool may get, so that a field that does not exist is an
// error of the configuration and not of the night in which it is needed.
func (t *requestTemplate) try(w When) error {
	full := trialAction()
	samples := []*event.Action{full}
	if w == WhenSettled { // it also gets what has no step, no evidence and no more than a service
		bare := *full
		bare.Steps, bare.Incident = nil, event.Incident{ID: "inc-2", Status: event.IncidentOpen, Settled: true}
		bare.Target = event.Target{Entity: event.Entity{Service: "payment"}}
		samples = append(samples, &bare)
	}
	for _, a := range samples {
		if _, err := t.render(a, http.Header{}); err != nil {
			return err
		}
	}
	return nil
}

func trialAction() *event.Action {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1", Host: "node-1"}
	target := event.Target{Entity: e, Incarnation: "17@1000"}
	cause := event.Cause{Target: target, Kind: event.KindHang, Score: 1, Why: "its probe fails"}
	return &event.Action{
		ID: "act-1", Policy: "restart", Mode: event.ModeAct, Target: target,
		Steps: []event.Step{{
			Verb: "restart", Executor: "process_executor", Params: map[string]string{"level": "1"},
			Timeout: event.Duration(time.Second), VerifyWithin: event.Duration(time.Second),
		}},
		IssuedAt: at, Expires: at.Add(time.Minute),
		Incident: event.Incident{
			ID: "inc-1", Revision: 1, Status: event.IncidentOpen, Onset: at, OpenedAt: at, UpdatedAt: at,
			Cause: cause, RunnersUp: []event.Cause{cause}, Confidence: 0.9, Settled: true,
			Chain: []string{"shop/payment"}, Blast: event.Blast{Services: []string{"payment"}, RequestShare: 0.1},
			Symptoms: []event.Symptom{{ID: "s1", Entity: e, Signal: event.SignalTrace, What: "error_ratio", Unit: "1", Observed: 0.5, Onset: at}},
			Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: e, Text: "its probe fails", At: at}},
			TraceID:  "4bf92f3577b34da6a3ce929d0e0e4736", Summary: "payment-1 hangs",
		},
	}
}

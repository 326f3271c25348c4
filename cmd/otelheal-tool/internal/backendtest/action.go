package backendtest

import (
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

// source of the CloudEvents, which tells a backend's log who sent them.
const source = "/otelheal-tool/backend-test"

// dryRun is an action that must not be acted on: of an incident of this run
// that is named after the check.
func (t *tester) dryRun(name string) *event.Action {
	a := t.action(name, event.ModeDryRun)
	// An incarnation of its own, so that each shows whether it is acted on.
	a.Target.Incarnation += event.Incarnation("-" + name)
	a.Incident.Cause.Target = a.Target
	return &a
}

// acting is one that may be acted on, if the user allowed that.
func (t *tester) acting(name string) *event.Action {
	a := t.action(name, event.ModeDryRun)
	if t.opt.Act {
		a.Mode = event.ModeAct
	}
	return &a
}

func (t *tester) action(name string, mode event.Mode) event.Action {
	now := time.Now().UTC()
	id := "backend-test-" + t.run + "-" + name
	target := t.opt.Target
	return event.Action{
		ID: healing.ActionID(id), Policy: "otelheal-tool backend-test", Mode: mode, Target: target,
		Steps: []event.Step{{
			Verb: t.opt.Verb, Executor: t.opt.Executor, Timeout: event.Duration(healing.DefaultTimeout),
			VerifyWithin: event.Duration(healing.DefaultVerifyWithin), Hold: event.Duration(healing.DefaultHold),
		}},
		IssuedAt: now, Expires: now.Add(healing.DefaultExpires),
		Incident: event.Incident{
			ID: id, Revision: 2, Status: event.IncidentOpen, Settled: true, Confidence: 0.9,
			Onset: now, OpenedAt: now, UpdatedAt: now,
			Cause: event.Cause{Target: target, Kind: event.KindHang, Score: 1, Why: "its probe fails"},
			Blast: event.Blast{Services: []string{target.Entity.Service}},
			Symptoms: []event.Symptom{{
				ID: "s1", Entity: target.Entity.OfService(), Signal: event.SignalTrace, What: "error_ratio",
				Band: event.Band{High: 0.05}, Observed: 0.5, Onset: now, WindowStart: now, FreshAt: now,
			}},
			Evidence: []event.Evidence{{
				Class: event.Seen, Signal: event.SignalState, Entity: target.Entity, Text: "probe: timeout after 1s", At: now,
			}},
			Summary: "otelheal-tool tries this backend: nothing is broken",
		},
	}
}

// message is the action as the exporter would send it now.
func (t *tester) message(a *event.Action) message {
	e := actionhttp.NewCloudEvent(source, a)
	body, err := e.Encode()
	if err != nil {
		panic(err) // it is of our own making
	}
	return message{id: e.ID, at: time.Now(), body: body, signers: []*standardwebhooks.Webhook{t.signer}}
}

// raw is a properly signed message of any body.
func (t *tester) raw(name string, body []byte) message {
	return message{
		id: "backend-test-" + t.run + "-" + name, at: time.Now(), body: body,
		signers: []*standardwebhooks.Webhook{t.signer},
	}
}

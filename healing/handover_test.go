package healing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestHandover(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := event.Entity{Service: "payment", Instance: "payment-1"}
	inferred := func(s event.Signal) event.Evidence {
		return event.Evidence{Class: event.Inferred, Signal: s, Entity: e, At: now}
	}
	for name, tt := range map[string]struct {
		change func(a *event.Action)
		want   Reason
	}{
		"all is well": {func(*event.Action) {}, ""},
		"two signals": {func(a *event.Action) {
			a.Incident.Evidence = []event.Evidence{inferred(event.SignalMetric), inferred(event.SignalTrace)}
		}, ""},
		"over":                {func(a *event.Action) { a.Incident.Status = event.IncidentResolved }, ReasonSelfHealed},
		"for a person":        {func(a *event.Action) { a.Steps = nil }, ReasonNoStep},
		"dry run":             {func(a *event.Action) { a.Mode = event.ModeDryRun }, ReasonDryRun},
		"no mode":             {func(a *event.Action) { a.Mode = "" }, ReasonDryRun},
		"late":                {func(a *event.Action) { a.Expires = now.Add(-time.Second) }, ReasonExpired},
		"whichever life":      {func(a *event.Action) { a.Target.Incarnation = "" }, ReasonUnknownIncarnation},
		"first guess":         {func(a *event.Action) { a.Incident.Settled = false }, ReasonUnsettled},
		"a person must agree": {func(a *event.Action) { a.Steps[0].Approval = true }, ReasonApproval},
		"one anomaly":         {func(a *event.Action) { a.Incident.Evidence = []event.Evidence{inferred(event.SignalMetric)} }, ReasonUncorroborated},
		"inferred while learning": {func(a *event.Action) {
			a.Incident.Evidence, a.Incident.Learning = []event.Evidence{inferred(event.SignalMetric), inferred(event.SignalTrace)}, true
		}, ReasonLearning},
	} {
		a := &event.Action{
			Mode: event.ModeAct, Target: event.Target{Entity: e, Incarnation: "1@1"}, Steps: []event.Step{{Verb: "restart"}}, Expires: now,
			Incident: event.Incident{
				Status: event.IncidentOpen, Settled: true,
				Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: e, At: now}},
			},
		}
		tt.change(a)
		assert.Equal(t, tt.want, Handover(a, now), name)
	}
}

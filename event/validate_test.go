package event

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var payment = Entity{Namespace: "shop", Service: "payment", Instance: "payment-1", Host: "a"}

func goodIncident() *Incident {
	return &Incident{
		ID: "inc-1", Revision: 1, Status: IncidentOpen, UpdatedAt: testNow, Confidence: 0.5, Summary: "payment-1 hangs",
		Cause:    Cause{Target: Target{payment, "17@1000"}, Kind: KindHang, Score: 2, Why: "its probe fails"},
		Symptoms: []Symptom{{ID: "s1", Entity: payment, Signal: SignalTrace, What: "error_ratio", Observed: 0.4}},
		Evidence: []Evidence{{Class: Seen, Signal: SignalState, Entity: payment, Text: "probe: timeout", At: testNow}},
	}
}

func goodAction() *Action {
	return &Action{
		ID: "act-1", Policy: "restart", Mode: ModeAct, Target: Target{payment, "17@1000"}, IssuedAt: testNow, Expires: testNow.Add(time.Minute),
		Steps:    []Step{{Verb: "restart", Executor: "process_executor", Timeout: Duration(time.Second), VerifyWithin: Duration(time.Second)}},
		Incident: *goodIncident(),
	}
}

// hostile are names that must not pass as such.
var hostile = map[string]string{
	"too long":      strings.Repeat("x", MaxName+1),
	"newline":       "payment\nrm -rf",
	"NUL":           "pay\x00ment",
	"escape":        "\x1b[31mred",
	"delete":        "pay\x7fment",
	"invalid UTF-8": "pay\xffment",
}

func TestHostileNames(t *testing.T) {
	for what, name := range hostile {
		t.Run(what, func(t *testing.T) {
			i := goodIncident()
			i.Cause.Target.Entity.Service = name
			assert.ErrorContains(t, i.Validate(), "cause.target.entity.service")
			i = goodIncident()
			i.ID = name
			assert.ErrorContains(t, i.Validate(), "id ")
			i = goodIncident()
			i.Symptoms[0].Entity.Host = name
			assert.ErrorContains(t, i.Validate(), "symptoms[0].entity.host")
			i = goodIncident()
			i.Evidence[0].Entity.Instance = name
			assert.ErrorContains(t, i.Validate(), "evidence[0].entity.instance")

			a := goodAction()
			a.Target.Incarnation = Incarnation(name)
			assert.ErrorContains(t, a.Validate(), "target.incarnation")
			a = goodAction()
			a.Steps[0].Verb = name
			assert.ErrorContains(t, a.Validate(), "steps[0].verb")

			s := &AgentState{Entity: payment, Status: AgentHealthy, Release: name}
			assert.ErrorContains(t, s.Validate(), "release")
			c := &Change{Entity: payment, Kind: ChangeRelease, By: name}
			assert.ErrorContains(t, c.Validate(), "by")
			l := &Alert{Fingerprint: "f", Name: name, Entity: payment, Status: AlertFiring}
			assert.ErrorContains(t, l.Validate(), "name")
			o := &Outcome{ActionID: name, IncidentID: "i", Target: Target{Entity: payment}}
			assert.ErrorContains(t, o.Validate(), "action_id")
		})
	}
}

func TestIncidentValidate(t *testing.T) {
	require.NoError(t, goodIncident().Validate())
	for _, tt := range []struct {
		name   string
		change func(*Incident)
		want   string
	}{
		{"no id", func(i *Incident) { i.ID = "" }, "id is missing"},
		{"no service", func(i *Incident) { i.Cause.Target.Entity.Service = "" }, "cause.target.entity.service is missing"},
		{"status", func(i *Incident) { i.Status = "on fire" }, "status is \"on fire\""},
		{"confidence", func(i *Incident) { i.Confidence = math.NaN() }, "confidence is NaN"},
		{"score", func(i *Incident) { i.Cause.Score = math.Inf(1) }, "cause.score is +Inf"},
		{"observed", func(i *Incident) { i.Symptoms[0].Observed = math.Inf(-1) }, "symptoms[0].observed is -Inf"},
		{"summary", func(i *Incident) { i.Summary = strings.Repeat("x", MaxText+1) }, "summary is no UTF-8 or has over 1024 bytes"},
		{"symptoms", func(i *Incident) { i.Symptoms = make([]Symptom, MaxSymptoms+1) }, "symptoms has 65 items, at most 64"},
		{"evidence", func(i *Incident) { i.Evidence = make([]Evidence, MaxEvidence+1) }, "evidence has 65 items"},
		{"causes", func(i *Incident) { i.RunnersUp = make([]Cause, MaxCauses+1) }, "runners_up has 17 items"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := goodIncident()
			tt.change(i)
			assert.ErrorContains(t, i.Validate(), tt.want)
		})
	}
}

func TestActionValidate(t *testing.T) {
	require.NoError(t, goodAction().Validate())
	for _, tt := range []struct {
		name   string
		change func(*Action)
		want   string
	}{
		{"no id", func(a *Action) { a.ID = "" }, "id is missing"},
		{"no policy", func(a *Action) { a.Policy = "" }, "policy is missing"},
		{"mode", func(a *Action) { a.Mode = "" }, "mode is \"\", want dry_run or act"},
		{"no end", func(a *Action) { a.Expires = time.Time{} }, "expires is missing"},
		{"steps", func(a *Action) { a.Steps = make([]Step, MaxSteps+1) }, "steps has 17 items"},
		{"no executor", func(a *Action) { a.Steps[0].Executor = "" }, "steps[0].executor is missing"},
		{"no time", func(a *Action) { a.Steps[0].Timeout = 0 }, "steps[0] needs timeout and verify_within above zero"},
		{"no proof", func(a *Action) { a.Steps[0].VerifyWithin = -1 }, "steps[0] needs timeout and verify_within above zero"},
		{"hold", func(a *Action) { a.Steps[0].Hold = -1 }, "no negative hold"},
		{"incident", func(a *Action) { a.Incident.ID = "" }, "incident: id is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := goodAction()
			tt.change(a)
			assert.ErrorContains(t, a.Validate(), tt.want)
		})
	}
	a := goodAction()
	a.ID, a.Policy, a.Mode = "", "", "x"
	for _, want := range []string{"id is missing", "policy is missing", "mode is"} {
		assert.ErrorContains(t, a.Validate(), want, "all at once")
	}
}

func TestOtherEventsValidate(t *testing.T) {
	for _, s := range []AgentStatus{AgentStarting, AgentHealthy, AgentUnhealthy, AgentExited, AgentStopped, AgentLost} {
		assert.NoError(t, (&AgentState{Entity: payment, Status: s}).Validate())
	}
	assert.ErrorContains(t, (&AgentState{Entity: payment, Status: "ok"}).Validate(), "status is \"ok\"")
	for _, k := range []ChangeKind{ChangeRelease, ChangeConfig, ChangeScale, ChangeRollback, ChangeManual} {
		assert.NoError(t, (&Change{Entity: payment, Kind: k}).Validate())
	}
	assert.ErrorContains(t, (&Change{Entity: payment}).Validate(), "kind is \"\"")
	assert.NoError(t, (&Alert{Fingerprint: "f", Name: "n", Entity: payment, Status: AlertResolved}).Validate())
	assert.ErrorContains(t, (&Alert{Fingerprint: "f", Name: "n", Entity: payment}).Validate(), "want firing or resolved")
	assert.ErrorContains(t, (&Alert{Fingerprint: "f", Name: "n", Entity: payment, Status: AlertFiring, Labels: make([]Label, MaxLabels+1)}).Validate(), "labels has 65")
	assert.NoError(t, (&Alert{Fingerprint: "f", Name: "n", Status: AlertFiring, Ignored: IgnoredNoTarget}).Validate(), "blames nobody")
	assert.ErrorContains(t, (&Alert{Fingerprint: "f", Name: "n", Status: AlertFiring}).Validate(), "entity.service is missing")
	assert.ErrorContains(t, (&Alert{Fingerprint: "f", Name: "n", Status: AlertFiring, Ignored: "x"}).Validate(), "ignored is \"x\"")
	assert.NoError(t, (&Outcome{ActionID: "a", IncidentID: "i", Target: Target{Entity: payment}}).Validate())
	assert.ErrorContains(t, (&Outcome{}).Validate(), "incident_id is missing")
}

package event

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// Limits of what an event may carry. They are generous for people's data and
// small enough that a hostile record cannot hurt whoever keeps it.
const (
	MaxName     = 253  // bytes of a name or an ID, as in DNS
	MaxText     = 1024 // bytes of a line for people
	MaxSymptoms = 64
	MaxEvidence = 64
	MaxCauses   = 16
	MaxSteps    = 16
	MaxParams   = 32
	MaxLabels   = 64
)

// faults collects what is wrong with an event, all at once.
type faults []error

func (f *faults) addf(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

func (f *faults) name(field, s string, required bool) {
	switch {
	case required && s == "":
		f.addf("%s is missing", field)
	case len(s) > MaxName:
		f.addf("%s has %d bytes, at most %d are allowed", field, len(s), MaxName)
	case !printable(s):
		f.addf("%s has control characters or is no UTF-8", field)
	}
}

func (f *faults) text(field, s string) {
	if len(s) > MaxText || !utf8.ValidString(s) {
		f.addf("%s is no UTF-8 or has over %d bytes", field, MaxText)
	}
}

func (f *faults) count(field string, n, limit int) {
	if n > limit {
		f.addf("%s has %d items, at most %d are allowed", field, n, limit)
	}
}

func (f *faults) finite(field string, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		f.addf("%s is %v", field, x)
	}
}

func (f *faults) entity(field string, e Entity) {
	f.name(field+".service", e.Service, true)
	f.name(field+".namespace", e.Namespace, false)
	f.name(field+".instance", e.Instance, false)
	f.name(field+".host", e.Host, false)
}

func (f *faults) target(field string, t Target) {
	f.entity(field+".entity", t.Entity)
	f.name(field+".incarnation", string(t.Incarnation), false)
}

func (f faults) err() error { return errors.Join(f...) }

func printable(s string) bool {
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// Validate tells everything that is wrong with the alert.
func (a *Alert) Validate() error {
	var f faults
	f.name("fingerprint", a.Fingerprint, true)
	f.name("name", a.Name, true)
	switch a.Ignored {
	case "":
		f.entity("entity", a.Entity)
	case IgnoredMonitoring, IgnoredTest, IgnoredNoTarget, IgnoredOutOfScope:
		if a.Entity != (Entity{}) {
			f.entity("entity", a.Entity)
		}
	default:
		f.addf("ignored is %q, which is no reason", a.Ignored)
	}
	f.text("summary", a.Summary)
	f.count("labels", len(a.Labels), MaxLabels)
	if a.Status != AlertFiring && a.Status != AlertResolved {
		f.addf("status is %q, want firing or resolved", a.Status)
	}
	return f.err()
}

// Validate tells everything that is wrong with the state.
func (s *AgentState) Validate() error {
	var f faults
	f.target("target", Target{s.Entity, s.Incarnation})
	f.name("release", s.Release, false)
	f.text("reason", s.Reason)
	switch s.Status {
	case AgentStarting, AgentHealthy, AgentUnhealthy, AgentExited, AgentStopped, AgentLost:
	default:
		f.addf("status is %q, which is none", s.Status)
	}
	return f.err()
}

// Validate tells everything that is wrong with the change.
func (c *Change) Validate() error {
	var f faults
	f.entity("entity", c.Entity)
	f.name("from", c.From, false)
	f.name("to", c.To, false)
	f.name("by", c.By, false)
	switch c.Kind {
	case ChangeRelease, ChangeConfig, ChangeScale, ChangeRollback, ChangeManual:
	default:
		f.addf("kind is %q, which is none", c.Kind)
	}
	return f.err()
}

// Validate tells everything that is wrong with the incident.
func (i *Incident) Validate() error {
	var f faults
	f.name("id", i.ID, true)
	f.text("summary", i.Summary)
	f.name("trace_id", i.TraceID, false)
	f.cause("cause", i.Cause)
	f.count("runners_up", len(i.RunnersUp), MaxCauses)
	f.count("symptoms", len(i.Symptoms), MaxSymptoms)
	f.count("evidence", len(i.Evidence), MaxEvidence)
	f.finite("confidence", i.Confidence)
	for k, s := range i.Symptoms {
		f.name(fmt.Sprintf("symptoms[%d].id", k), s.ID, true)
		f.entity(fmt.Sprintf("symptoms[%d].entity", k), s.Entity)
		f.finite(fmt.Sprintf("symptoms[%d].observed", k), s.Observed)
	}
	for k, e := range i.Evidence {
		f.entity(fmt.Sprintf("evidence[%d].entity", k), e.Entity)
		f.text(fmt.Sprintf("evidence[%d].text", k), e.Text)
	}
	if i.Status != IncidentOpen && i.Status != IncidentResolved {
		f.addf("status is %q, want open or resolved", i.Status)
	}
	return f.err()
}

func (f *faults) cause(field string, c Cause) {
	f.target(field+".target", c.Target)
	f.text(field+".why", c.Why)
	f.text(field+".inner", c.Inner)
	f.finite(field+".score", c.Score)
}

// Validate tells everything that is wrong with the action.
func (a *Action) Validate() error {
	var f faults
	f.name("id", a.ID, true)
	f.name("policy", a.Policy, true)
	f.target("target", a.Target)
	f.count("steps", len(a.Steps), MaxSteps)
	if a.Mode != ModeDryRun && a.Mode != ModeAct {
		f.addf("mode is %q, want dry_run or act", a.Mode)
	}
	if a.Expires.IsZero() {
		f.addf("expires is missing: an action without an end could act on what is long over")
	}
	for k, s := range a.Steps {
		field := fmt.Sprintf("steps[%d]", k)
		f.name(field+".verb", s.Verb, true)
		f.name(field+".executor", s.Executor, true)
		f.count(field+".params", len(s.Params), MaxParams)
		if s.Timeout <= 0 || s.VerifyWithin <= 0 || s.Hold < 0 {
			f.addf("%s needs timeout and verify_within above zero, and no negative hold", field)
		}
	}
	if err := a.Incident.Validate(); err != nil {
		f.addf("incident: %w", err)
	}
	return f.err()
}

// Validate tells everything that is wrong with the outcome.
func (o *Outcome) Validate() error {
	var f faults
	f.name("action_id", o.ActionID, true)
	f.name("incident_id", o.IncidentID, true)
	f.target("target", o.Target)
	f.text("text", o.Text)
	return f.err()
}

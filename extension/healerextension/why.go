package healerextension

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// why tells the whole story of an action to a person, in plain text.
func (h *healer) why(w http.ResponseWriter, r *http.Request) {
	record, ok := h.record(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write([]byte(explain(&record)))
}

// explain is the incident, the evidence, what was decided and what came of it.
// Most of it began as telemetry: what could forge a line or drive a terminal is
// shown as a dot.
func explain(r *healing.Record) string {
	var b strings.Builder
	i := &r.Action.Incident
	line := func(format string, args ...any) {
		b.WriteString(strings.Map(printable, fmt.Sprintf(format, args...)))
		b.WriteByte('\n')
	}
	line("%s", r.Say())
	line("")
	line("incident   %s, revision %d, %s", i.ID, i.Revision, i.Status)
	line("           %s", i.Summary)
	line("cause      %s of %s, confidence %.0f %%", i.Cause.Kind, i.Cause.Target, 100*i.Confidence)
	line("           %s", i.Cause.Why)
	for _, c := range i.RunnersUp {
		line("  or       %s of %s (%s)", c.Kind, c.Target.Entity, c.Why)
	}
	if len(i.Chain) > 0 {
		line("chain      %s", strings.Join(i.Chain, " -> "))
	}
	for _, e := range i.Evidence {
		line("evidence   [%s, %s] %s: %s", e.Class, e.Signal, e.Entity, e.Text)
	}
	for _, s := range i.Symptoms {
		line("symptom    %s of %s: %.4g, healthy from %.4g to %.4g; %.3g requests/s, %.3g before",
			s.What, s.Entity, s.Observed, s.Band.Low, s.Band.High, s.Demand, s.DemandBefore)
	}
	line("policy     %s (%s)", r.Action.Policy, r.Action.Mode)
	for k, s := range r.Action.Steps {
		line("  step %d   %s by %s, proof within %s, held for %s", k+1, s.Verb, s.Executor, s.VerifyWithin, s.Hold)
	}
	line("  then     a page, always")
	line("target     %s", r.Target)
	line("")
	for _, t := range r.History {
		line("%s  %-12s %s", t.At.UTC().Format("15:04:05.000"), t.To, transitionText(t))
	}
	for _, n := range r.NotDone {
		line("not done   %s", n)
	}
	if r.State == event.StateVerifying {
		line("verifying until %s", r.VerifyBy.UTC().Format(time.TimeOnly))
	}
	return b.String()
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '·'
}

func transitionText(t healing.Transition) string {
	switch {
	case t.Reason == "":
		return t.Text
	case t.Text == "":
		return string(t.Reason)
	}
	return string(t.Reason) + ": " + t.Text
}

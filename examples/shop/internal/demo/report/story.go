package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
)

// Line is one moment of a story. Without a time it explains the one before.
type Line struct {
	At   time.Time
	Mark string // injected, detected, acted, restored or verified; for colours
	Text string
}

// maxEvidence is how many items of evidence a story of ten lines has room for.
const maxEvidence = 2

// Lines tell a finding in about ten lines.
func Lines(f *judge.Finding) []Line {
	i := f.Incident
	lines := []Line{{f.Injected, "injected", fmt.Sprintf("the demonstration breaks %s: %s", Where(f.Case), f.Case.Kind)}}
	if len(i.Symptoms) > 0 {
		s := i.Symptoms[0]
		lines = append(lines, Line{s.Onset, "", fmt.Sprintf("it begins to hurt at %s: %s", s.Entity, s.What)})
	}
	lines = append(lines,
		Line{f.Detected, "detected", "an incident is opened: " + i.Summary},
		Line{time.Time{}, "", fmt.Sprintf("root cause: %s of %s, %.0f %% sure: %s",
			f.Cause.Kind, f.Cause.Target.Entity, i.Confidence*100, f.Cause.Why)})
	for k, e := range i.Evidence {
		if k < maxEvidence {
			lines = append(lines, Line{time.Time{}, "", fmt.Sprintf("%s in %s: %s", e.Class, e.Signal, e.Text)})
		}
	}
	if len(i.Chain) > 1 {
		lines = append(lines, Line{time.Time{}, "", fmt.Sprintf("it spreads from %s and reaches %.0f %% of the requests",
			strings.Join(i.Chain, " to "), i.Blast.RequestShare*100)})
	}
	for _, o := range f.Orders {
		lines = append(lines, Line{o.At, "acted", fmt.Sprintf("%s of %s, the life %s", o.Step, o.Target.Entity, o.Target.Incarnation)})
	}
	if !f.Restored.IsZero() && len(f.Orders) > 0 {
		lines = append(lines, Line{f.Restored, "restored", "customers are served again, says the witness"})
	}
	if o, ok := lastWord(f); ok {
		mark := ""
		if o.State == "succeeded" {
			mark = "verified"
		}
		lines = append(lines, Line{o.At, mark, o.State + ": " + o.Text})
	}
	return lines
}

// lastWord is the last outcome of the incident; another one may have been open
// beside it.
func lastWord(f *judge.Finding) (events.Outcome, bool) {
	for _, o := range slices.Backward(f.Outcomes) {
		if o.IncidentID == f.Incident.ID {
			return o, true
		}
	}
	return events.Outcome{}, false
}

// Story is the same for a terminal.
func Story(f *judge.Finding) []string {
	story := []string{"One incident, " + f.Incident.ID + ":"}
	for _, l := range Lines(f) {
		story = append(story, fit(left(sign(f, l.At), 9)+"  "+l.Text, Width))
	}
	return story
}

func sign(f *judge.Finding, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf("%+.1f s", t.Sub(f.Injected).Seconds())
}

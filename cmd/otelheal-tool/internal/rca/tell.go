package rca

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/otelheal/otelheal/event"
)

// columns is how wide a terminal is.
const columns = 80

// tell writes a verdict: in one line, in ten at most, or all of it.
func (v *Verdict) tell(out io.Writer, lines string) {
	list := v.facts()
	switch lines {
	case "1":
		i := &v.Incident
		fmt.Fprintln(out, fit(fmt.Sprintf("%s %s of %s, %.0f %% sure: %s", i.Onset.UTC().Format("15:04:05"), i.Cause.Kind, i.Cause.Target.Entity, 100*i.Confidence, i.Cause.Why), columns))
	case "all":
		for _, f := range list {
			f.wrap(out)
		}
	default:
		few := make([]fact, 0, len(list))
		for _, f := range list {
			if f.most {
				few = append(few, f)
			}
		}
		for _, f := range few[:min(len(few), 10)] {
			fmt.Fprintln(out, fit(f.line(), columns))
		}
	}
}

// fact is one line about an incident.
type fact struct {
	what, text string
	most       bool // belongs to the ten that say most
}

func (f fact) line() string {
	if f.what == "" {
		return f.text
	}
	return fmt.Sprintf("  %-9s %s", f.what, f.text)
}

// facts are in the order in which people ask for them.
func (v *Verdict) facts() []fact {
	i := &v.Incident
	list := []fact{{"", i.ID + " " + i.Summary, true}}
	add := func(most bool, what, format string, args ...any) {
		list = append(list, fact{what, fmt.Sprintf(format, args...), most})
	}
	if v.Was != nil && !v.Same {
		add(true, "differs", "%s", v.differs())
	}
	add(true, "cause", "%s of %s, %.0f %% sure: %s", i.Cause.Kind, i.Cause.Target.Short(), 100*i.Confidence, i.Cause.Why)
	if i.Cause.Inner != "" {
		add(true, "inside", "%s", i.Cause.Inner)
	}
	if len(i.Chain) > 1 {
		add(true, "spreads", "%s", i.Cause.Target.Entity.Short()+" > "+strings.Join(i.Chain[1:], " > "))
	}
	add(true, "reaches", "%.0f %% of requests; %s", 100*i.Blast.RequestShare, strings.Join(i.Blast.Services, ", "))
	for k, c := range i.RunnersUp {
		add(k < 1, "or", "%s of %s, %.1f nats behind: %s", c.Kind, c.Target.Short(), i.Cause.Score-c.Score, c.Why)
	}
	for k := range i.Evidence {
		e := &i.Evidence[k]
		add(k < 3, fmt.Sprintf("E%d", k+1), "%s, %s: %s%s", e.Class, e.Signal, e.Text, traced(e))
	}
	for k := range i.Symptoms {
		s := &i.Symptoms[k]
		add(false, fmt.Sprintf("S%d", k+1), "%s is %.4g, normal up to %.4g, since %s", s.ID, s.Observed, s.Band.High, s.Onset.UTC().Format("15:04:05"))
	}
	return list
}

func traced(e *event.Evidence) string {
	if e.TraceID == "" {
		return ""
	}
	return " (trace " + e.TraceID + ")"
}

func (v *Verdict) differs() string {
	return fmt.Sprintf("at the time it was %s of %s, %.0f %% sure", v.Was.Cause.Kind, v.Was.Cause.Target, 100*v.Was.Confidence)
}

// printable has no control characters: what telemetry says must not move a cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}

// fit cuts a line to a width.
func fit(s string, width int) string {
	r := []rune(printable(s))
	if len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return string(r)
}

// wrap writes a fact in as many lines as it takes.
func (f fact) wrap(out io.Writer) {
	rest, indent := []rune(printable(f.line())), strings.Repeat(" ", 12)
	if f.what == "" {
		indent = "  "
	}
	head := ""
	for {
		room := columns - len(head)
		if len(rest) <= room {
			fmt.Fprintln(out, head+string(rest))
			return
		}
		at := room
		for k := room; k > room/2; k-- {
			if rest[k] == ' ' {
				at = k
				break
			}
		}
		fmt.Fprintln(out, head+strings.TrimRight(string(rest[:at]), " "))
		rest, head = []rune(strings.TrimLeft(string(rest[at:]), " ")), indent
	}
}

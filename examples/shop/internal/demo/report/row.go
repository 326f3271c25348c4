package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// Width is what a terminal has at least.
const Width = 80

// Header is the head of the table.
func Header() string {
	head := line("fault", "where", "detected", "acted", "restored", "verified", "root cause")
	return head + "\n" + strings.Repeat("─", Width)
}

// Row is one fault in two lines: the times, and what was done with the
// witness's ratio beneath.
func Row(f *judge.Finding, w witness.Log) string {
	restored := after(f, f.Restored)
	if len(f.Orders) == 0 && f.Verified.IsZero() && !f.Restored.IsZero() {
		restored = "by hand"
	}
	first := line(string(f.Case.Kind), Where(f.Case), after(f, f.Detected), after(f, f.Acted), restored,
		after(f, f.Verified), cause(f))
	did := fit(Did(f), 30)
	film := Spark(w.Between(f.Injected.Add(-3*time.Second), f.Ended).Ratios(), Width-2-30-2)
	rows := []string{first, strings.TrimRight("  "+pad(did, 30)+"  "+film, " ")}
	if f.Incidents > 1 {
		rows = append(rows, fmt.Sprintf("  ! %d incidents were opened, where one was right", f.Incidents))
	}
	for _, b := range f.Breaches {
		rows = append(rows, wrap("  ✗ ", b)...)
	}
	return strings.Join(rows, "\n")
}

func line(kind, where, detected, acted, restored, verified, cause string) string {
	return strings.TrimRight(fmt.Sprintf("%s %s %s %s %s %s  %s",
		pad(fit(kind, 8), 8), pad(fit(where, 14), 14), left(detected, 8), left(acted, 7), left(restored, 8), left(verified, 8),
		fit(cause, 20)), " ")
}

// Where is the place of a fault for people.
func Where(c fault.Case) string {
	switch {
	case c.Kind == fault.Bank:
		return "the bank"
	case c.Kind == fault.Load:
		return "the customers"
	case c.Kind == fault.Agent:
		return "node collector"
	case c.Instance != "":
		return c.Instance
	}
	return c.Service
}

// cause is the root cause that was named, with a mark for how right it is.
func cause(f *judge.Finding) string {
	marks := map[judge.Grade]string{judge.GradeRight: "✓ ", judge.GradePlace: "~ ", judge.GradeWrong: "✗ "}
	if f.Grade == judge.GradeNone {
		return "– none"
	}
	text := marks[f.Grade] + f.Cause.Kind
	if f.Grade == judge.GradeWrong {
		text += " " + f.Cause.Target.Entity.String()
	}
	return text
}

// Did says what otelheal did, in a few words.
func Did(f *judge.Finding) string {
	if len(f.Orders) > 0 {
		var did []string
		for _, o := range f.Orders {
			did = append(did, o.Step+" "+o.Target.Entity.String())
		}
		return strings.Join(did, ", ")
	}
	if f.Paged {
		return "called a person, did nothing"
	}
	return "nothing"
}

func after(f *judge.Finding, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return fmt.Sprintf("%.1f s", t.Sub(f.Injected).Seconds())
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

func left(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

// fit cuts a text to a width.
func fit(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}

// wrap breaks a text into lines of the terminal's width behind a prefix.
func wrap(prefix, text string) []string {
	var lines []string
	current := prefix
	indent := strings.Repeat(" ", utf8.RuneCountInString(prefix))
	for _, word := range strings.Fields(text) {
		if utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > Width && current != indent && current != prefix {
			lines = append(lines, strings.TrimRight(current, " "))
			current = indent
		}
		current += word + " "
	}
	return append(lines, strings.TrimRight(current, " "))
}

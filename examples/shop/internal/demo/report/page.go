package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

//go:embed page.html.tmpl
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": func(share float64) string { return fmt.Sprintf("%.0f %%", share*100) },
	"number":  func(x float64) string { return fmt.Sprintf("%.2f", x) },
}).Parse(pageText))

// Page writes one finding as a page that needs nothing beside itself. Whatever
// came from telemetry is escaped by the template.
func Page(w io.Writer, f *judge.Finding, film witness.Log, limits witness.Limits) error {
	type moment struct{ Time, Mark, Text string }
	var moments []moment
	for _, l := range Lines(f) {
		moments = append(moments, moment{sign(f, l.At), l.Mark, l.Text})
	}
	type outcome struct{ Time, State, Step, Text string }
	var outcomes []outcome
	for _, o := range f.Outcomes {
		outcomes = append(outcomes, outcome{sign(f, o.At), o.State, o.Step, o.Text})
	}
	return page.Execute(w, map[string]any{
		"Finding": f, "Incident": f.Incident, "Where": Where(f.Case), "Did": Did(f),
		"Moments": moments, "Outcomes": outcomes,
		"Timeline": timeline(f, film, limits), "Chain": chain(f.Incident.Chain),
		"Onset": f.Injected.UTC().Format(time.RFC3339),
	})
}

package rules

import (
	"fmt"
	"io"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/say"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/detector"
)

// outcome is what came of a case.
type outcome struct {
	rule     *rule
	found    []scan.Anomaly
	more     int
	missed   []expectation
	surplus  []*scan.Anomaly // raised where nothing was expected
	learning bool            // there was too little history to judge at all
}

func (o *outcome) passed() bool {
	return len(o.missed) == 0 && len(o.surplus) == 0 && !o.learning
}

// run judges the series of a case and compares.
func (r *rule) run() *outcome {
	s := scan.New(r.model.Watch(r.share), r.kind)
	var a scan.Anomalies
	judged := false
	take := func(rows []scan.Row) {
		for k := range rows {
			if rows[k].Verdict.Skip == detector.SkipNone {
				judged = judged || rows[k].Verdict.Phase != detector.PhaseLearning
				a.Add(&rows[k])
			}
		}
	}
	for _, p := range r.points {
		rows, _ := s.Step(p.Time, p.Value)
		take(rows)
	}
	if s.Kind() == scan.TypeAuto {
		take(s.Flush())
	}
	a.Finish()
	o := &outcome{rule: r, found: a.List, more: a.More, learning: !judged}
	for _, e := range r.expect {
		if !e.among(o.found) {
			o.missed = append(o.missed, e)
		}
	}
	for k := range o.found {
		if !r.expects(&o.found[k]) {
			o.surplus = append(o.surplus, &o.found[k])
		}
	}
	return o
}

func (e *expectation) in(a *scan.Anomaly) bool { return a.Raised >= e.from && a.Raised <= e.to }

func (e *expectation) among(found []scan.Anomaly) bool {
	for k := range found {
		if e.in(&found[k]) && (e.shape == detector.ShapeNone || found[k].Had(e.shape)) {
			return true
		}
	}
	return false
}

// expects tells whether something was expected at that time; what shape it has is
// for the expectation to miss.
func (r *rule) expects(a *scan.Anomaly) bool {
	for k := range r.expect {
		if r.expect[k].in(a) {
			return true
		}
	}
	return false
}

func (e *expectation) String() string {
	shape := "an anomaly"
	if e.shape != detector.ShapeNone {
		shape = e.shape.String()
	}
	return shape + " raised from " + say.Time(e.from) + " to " + say.Time(e.to)
}

const (
	columns  = 80
	maxShown = 5 // of what was found in a case
)

func (o *outcome) print(out io.Writer) {
	word := "ok"
	if !o.passed() {
		word = "FAIL"
	}
	fmt.Fprintf(out, "%-5s %s\n", word, say.Wrap(input.Printable(o.rule.name, 200), columns-6, "      "))
	line := func(text string) { fmt.Fprintln(out, "      "+say.Wrap(text, columns-6, "        ")) }
	for _, n := range o.rule.notes {
		line(n)
	}
	if o.learning {
		line("nothing was judged: the series is shorter than the history that is learnt from")
	}
	for k := range o.missed {
		line("missed: " + o.missed[k].String())
	}
	for k, a := range o.surplus {
		if k == maxShown {
			line(fmt.Sprintf("not expected: %d more", len(o.surplus)-k))
			break
		}
		line("not expected: " + describe(a))
	}
	if len(o.missed) == 0 && len(o.surplus) > 0 {
		return
	}
	for k := range o.found {
		if k == maxShown {
			line(fmt.Sprintf("found: %d more", len(o.found)+o.more-k))
			break
		}
		line("found: " + describe(&o.found[k]))
	}
	if len(o.found) == 0 && len(o.missed) > 0 {
		line("found: nothing")
	}
}

func describe(a *scan.Anomaly) string {
	text := a.What() + " since " + say.Time(a.Onset) + ", raised after " + say.Duration(timeSince(a)) + ", "
	if a.Lasts() {
		text += "lasts"
	} else {
		text += "for " + say.Duration(a.Duration())
	}
	return text + "; " + say.Number(a.Peak.Value) + ", expected " + say.Number(a.Peak.Verdict.Expected) + "; by chance " + say.Odds(a.Chance)
}

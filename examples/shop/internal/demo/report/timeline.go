package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// Measures of the drawing, in its own units.
const (
	plotWidth, plotHeight = 920.0, 120.0
	markGap               = 16.0 // between the labels of marks, which are stacked
)

// Timeline is the witness's ratio over time with the moments marked.
type Timeline struct {
	Width, Height, Plot float64
	Area                string // points of the polygon under the ratio
	Seconds             []Second
	Marks               []Mark
	Ticks               []Tick
}

// Second is one second of the witness, for its tooltip.
type Second struct {
	X, Width float64
	Good     bool
	Text     string
}

// Mark is one moment.
type Mark struct {
	X, Y   float64
	Anchor string
	Class  string
	Text   string
}

// Tick is one label of the axis.
type Tick struct {
	X    float64
	Text string
}

func timeline(f *judge.Finding, film witness.Log, limits witness.Limits) Timeline {
	from, to := f.Injected.Add(-5*time.Second), f.Ended
	if !to.After(from) {
		to = from.Add(time.Second)
	}
	x := func(t time.Time) float64 {
		return plotWidth * float64(t.Sub(from)) / float64(to.Sub(from))
	}
	t := Timeline{Width: plotWidth, Plot: plotHeight}
	t.Area = area(film, x)
	for _, s := range film {
		end := s.At().Add(time.Second)
		t.Seconds = append(t.Seconds, Second{x(s.At()), x(end) - x(s.At()), limits.Good(s),
			fmt.Sprintf("%+.0f s: %d of %d served, p95 %.0f ms", s.At().Sub(f.Injected).Seconds(), s.OK, s.Sent, s.P95)})
	}
	t.mark(f, x)
	t.Height = plotHeight + markGap*float64(len(t.Marks)) + 24
	for _, every := range []int{5, 10, 30} {
		if to.Sub(from) < time.Duration(every)*12*time.Second || every == 30 {
			for at := f.Injected; at.Before(to); at = at.Add(time.Duration(every) * time.Second) {
				t.Ticks = append(t.Ticks, Tick{x(at), fmt.Sprintf("%.0f s", at.Sub(f.Injected).Seconds())})
			}
			break
		}
	}
	return t
}

func area(film witness.Log, x func(time.Time) float64) string {
	if len(film) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%.1f,%.1f ", x(film[0].At()), plotHeight)
	for _, s := range film {
		y := plotHeight * (1 - s.Ratio())
		fmt.Fprintf(&b, "%.1f,%.1f %.1f,%.1f ", x(s.At()), y, x(s.At().Add(time.Second)), y)
	}
	fmt.Fprintf(&b, "%.1f,%.1f", x(film[len(film)-1].At().Add(time.Second)), plotHeight)
	return b.String()
}

// mark stacks the labels so that an earlier one hangs lower: no later line
// crosses it.
func (t *Timeline) mark(f *judge.Finding, x func(time.Time) float64) {
	for _, m := range []struct {
		class string
		at    time.Time
	}{
		{"injected", f.Injected}, {"detected", f.Detected}, {"acted", f.Acted},
		{"restored", f.Restored}, {"verified", f.Verified},
	} {
		if m.at.IsZero() {
			continue
		}
		at, anchor := x(m.at), "start"
		if at > plotWidth*0.8 {
			anchor = "end"
		}
		t.Marks = append(t.Marks, Mark{X: at, Anchor: anchor, Class: m.class, Text: m.class + " " + sign(f, m.at)})
	}
	for i := range t.Marks {
		t.Marks[i].Y = plotHeight + markGap*float64(len(t.Marks)-i)
	}
}

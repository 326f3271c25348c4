package rca

import (
	"fmt"
	"io"
	"strings"

	"github.com/otelheal/otelheal/event"
)

// Result is how well the true causes were ranked.
type Result struct {
	AS1     float64  `json:"as1"` // share of cases with the true service first
	AS3     float64  `json:"as3"` // among the first three
	AS5     float64  `json:"as5"`
	Inner1  float64  `json:"inner1"` // first, and with the true inner cause
	Cases   []Case   `json:"cases"`
	False   []string `json:"false_incidents"` // opened while nothing was wrong
	Skipped int      `json:"skipped_rows"`
}

// Case is one fault and what was said about it.
type Case struct {
	Time       string     `json:"time"`
	Service    string     `json:"service"`
	Pod        string     `json:"pod"`
	Type       string     `json:"type"`
	Rank       int        `json:"rank"` // of the true service, last among equals; 0: not named
	Services   []string   `json:"services"`
	Scores     []float64  `json:"scores"`
	Kind       event.Kind `json:"kind"`
	Inner      string     `json:"inner"`
	InnerTruth string     `json:"inner_truth"`
	InnerRight bool       `json:"inner_right"`
	Confidence float64    `json:"confidence"`
	Incident   string     `json:"incident"`
	Summary    string     `json:"summary"`

	evidence []event.Evidence
	causes   []event.Cause
}

// judge compares a verdict with the truth.
func (r *Result) judge(f *fault, i *event.Incident, truth truths) {
	c := Case{Time: f.Time, Pod: f.Pod, Service: serviceOf(f.Pod), Type: f.Type}
	c.InnerTruth = truth[c.Service][f.Type]
	if i != nil {
		c.Incident, c.Summary, c.Confidence, c.Kind, c.Inner = i.ID, i.Summary, i.Confidence, i.Cause.Kind, i.Cause.Inner
		c.evidence, c.causes = i.Evidence, append([]event.Cause{i.Cause}, i.RunnersUp...)
		best := map[string]int{}
		for _, x := range c.causes {
			name := x.Target.Entity.Service
			if _, ok := best[name]; ok {
				continue
			}
			best[name] = len(c.Services)
			c.Services = append(c.Services, name)
			c.Scores = append(c.Scores, x.Score)
		}
		if k, ok := best[c.Service]; ok {
			c.Rank = k + 1
			for c.Rank < len(c.Scores) && c.Scores[c.Rank] == c.Scores[k] {
				c.Rank++
			}
		}
		c.InnerRight = c.Rank == 1 && sameInner(c.InnerTruth, c.Inner)
	}
	r.Cases = append(r.Cases, c)
}

// sameInner compares an inner cause with the corpus' own words: a pair of lines
// that used to follow each other, or a metric, by the resource that it shows.
func sameInner(truth, inner string) bool {
	from, to, pair := strings.Cut(truth, "_")
	switch {
	case truth == "" || inner == "":
		return false
	case strings.HasPrefix(truth, "Cpu"):
		return strings.HasPrefix(inner, "metric ") && strings.Contains(strings.ToLower(inner), "cpu")
	case strings.HasPrefix(truth, "Network"):
		return inner == "network"
	case pair:
		a, b := strings.Index(inner, from), strings.LastIndex(inner, to)
		return a >= 0 && b > a
	}
	return strings.Contains(inner, truth)
}

// sum counts what came where.
func (r *Result) sum() {
	var first, three, five, inner int
	for k := range r.Cases {
		c := &r.Cases[k]
		if c.Rank == 1 {
			first++
		}
		if c.Rank >= 1 && c.Rank <= 3 {
			three++
		}
		if c.Rank >= 1 && c.Rank <= 5 {
			five++
		}
		if c.InnerRight {
			inner++
		}
	}
	if n := float64(len(r.Cases)); n > 0 {
		r.AS1, r.AS3, r.AS5, r.Inner1 = float64(first)/n, float64(three)/n, float64(five)/n, float64(inner)/n
	}
}

func (r *Result) print(out io.Writer, verbose bool) {
	for k := range r.Cases {
		c := &r.Cases[k]
		first, score := "nobody", 0.0
		if len(c.Services) > 0 {
			first, score = c.Services[0], c.Scores[0]
		}
		fmt.Fprintf(out, "%s %-16s %-30s rank %d  %-30s %8.1f %.2f %-5v %s\n", c.Time, c.Type, c.Service, c.Rank, first, score, c.Confidence, c.InnerRight, c.Inner)
		if !verbose {
			continue
		}
		for _, x := range c.causes {
			fmt.Fprintf(out, "    %8.2f %s %s: %s; %s\n", x.Score, x.Target.Entity, x.Kind, x.Why, x.Inner)
		}
		for _, x := range c.evidence {
			fmt.Fprintf(out, "      %s/%s %s\n", x.Class, x.Signal, x.Text)
		}
	}
	n := float64(len(r.Cases))
	fmt.Fprintf(out, "\n%d cases: first %.0f, in three %.0f, in five %.0f; inner cause %.0f\n", len(r.Cases), r.AS1*n, r.AS3*n, r.AS5*n, r.Inner1*n)
	fmt.Fprintf(out, "incidents while nothing was wrong: %d; rows skipped: %d\n", len(r.False), r.Skipped)
	for _, s := range r.False {
		fmt.Fprintln(out, "    "+s)
	}
}

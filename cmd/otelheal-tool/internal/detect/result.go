package detect

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/plot"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/say"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
)

const (
	columns   = 80 // of a terminal
	maxCharts = 50 // on a page
	maxShown  = 10 // anomalies and series on the terminal
)

// telling are the series, those with most to see first.
func (f *file) telling() []*series {
	order := slices.Clone(f.series)
	slices.SortStableFunc(order, func(a, b *series) int {
		return cmp.Or(cmp.Compare(b.anomalies.Len(), a.anomalies.Len()), cmp.Compare(a.chance, b.chance))
	})
	return order
}

func (f *file) writePage() error {
	p := plot.Page{Title: filepath.Base(f.path), Notes: f.skipped()}
	for _, s := range f.telling() {
		if len(p.Charts) == maxCharts {
			p.More = len(f.series) - maxCharts
			break
		}
		p.Charts = append(p.Charts, plot.Chart{
			Title: s.title, Facts: s.facts(), Unit: s.unit(),
			Columns: &s.columns, Threshold: s.threshold, Limit: s.limit, Anomalies: &s.anomalies,
		})
	}
	out, err := os.Create(f.base + ".html")
	if err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	w := bufio.NewWriter(out)
	if err := errors.Join(p.Write(w), w.Flush(), out.Close()); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// skipped says what was left out, and why.
func (f *file) skipped() []string {
	notes := slices.Clone(f.notes)
	if s := f.problems.Summary(); s != "" {
		notes = append(notes, s)
	}
	return append(notes, f.problems.First...)
}

func (f *file) print(out io.Writer) {
	total := 0
	for _, s := range f.series {
		total += s.anomalies.Len()
	}
	fmt.Fprintln(out, say.Wrap(input.Printable(f.path, 200)+": "+say.Plural(total, "anomaly", "anomalies"), columns, "  "))
	line := func(text string) { fmt.Fprintln(out, "  "+say.Wrap(text, columns-2, "    ")) }
	for _, n := range f.skipped() {
		line(n)
	}
	if len(f.series) > 1 {
		line(fmt.Sprintf("%d series, %d of them without any anomaly", len(f.series), f.without()))
	}
	shown := 0
	for _, s := range f.telling() {
		if len(f.series) > 1 && (s.anomalies.Len() == 0 || shown == maxShown) {
			break
		}
		shown++
		if s.title != "" {
			fmt.Fprintln(out, "  "+say.Fit(input.Printable(s.title, 200), columns-2))
		}
		for _, fact := range s.facts() {
			line(fact)
		}
		printAnomalies(out, &s.anomalies, s.threshold)
	}
	scores := f.base + ".scores.csv"
	if len(f.series) > 1 {
		scores = f.base + "-*.scores.csv"
	}
	fmt.Fprintf(out, "  page:   %s.html\n  scores: %s\n", f.base, scores)
}

func (f *file) without() (n int) {
	for _, s := range f.series {
		if s.anomalies.Len() == 0 {
			n++
		}
	}
	return n
}

// printAnomalies prints the strangest, in the order of time.
func printAnomalies(out io.Writer, all *scan.Anomalies, threshold float64) {
	if all.Len() == 0 {
		return
	}
	order := make([]int, len(all.List))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all.List[a].Chance, all.List[b].Chance) })
	order = order[:min(len(order), maxShown)]
	slices.Sort(order)
	fmt.Fprintf(out, "  %-19s %-6s %-11s %9s  %-15s %s\n", "since (UTC)", "for", "what", "value", "expected", "by chance")
	for _, k := range order {
		a := &all.List[k]
		v := &a.Peak.Verdict
		last := say.Duration(a.Duration())
		if a.Lasts() {
			last += "+"
		}
		fmt.Fprintf(out, "  %-19s %-6s %-11s %9s  %-15s %s\n", say.Time(a.Onset), say.Fit(last, 6), a.What(),
			say.Number(a.Peak.Value), say.Fit(say.Band(v.Expected, threshold*v.Deviation), 15), say.Odds(a.Chance))
	}
	if n := all.Len() - len(order); n > 0 {
		fmt.Fprintf(out, "  and %d more, less strange\n", n)
	}
}

package replay

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/say"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

const (
	columns   = 80
	maxRaised = 20 // anomalies printed
	maxNamed  = 12 // series and services printed
)

// raised is an anomaly with its series.
type raised struct {
	*scan.Anomaly
	of *watched
}

// report says what would have been raised, and what would have been done.
type report struct {
	*replayed
	span     span
	learnt   time.Duration
	policies []healing.Policy
	asked    bool // there is a configuration with policies or without
	requests int
	all      []raised
	more     int
}

func newReport(r *replayed, s span, learnt time.Duration) *report {
	p := &report{replayed: r, span: s, learnt: learnt}
	for _, w := range r.series {
		p.more += w.anomalies.More
		for k := range w.anomalies.List {
			p.all = append(p.all, raised{&w.anomalies.List[k], w})
		}
	}
	return p
}

func (p *report) weeks() float64 {
	return float64(p.span.to-p.since+int64(p.span.step)) / float64(7*24*time.Hour)
}

func (p *report) perWeek(n int) string {
	return say.Number(float64(n)/p.weeks()) + " a week"
}

func (p *report) print(out io.Writer) {
	line := func(format string, args ...any) {
		fmt.Fprintln(out, say.Wrap(fmt.Sprintf(format, args...), columns, "  "))
	}
	values, noisy, learning := 0, 0, 0
	for _, w := range p.series {
		values += w.values
		if w.anomalies.Len() > 0 {
			noisy++
		}
		if w.learning {
			learning++
		}
	}
	total := len(p.all) + p.more
	line("%s to %s UTC, a value each %s, %s learnt from before", say.Time(p.since), say.Time(p.span.to),
		say.Duration(p.span.step), say.Duration(p.learnt))
	line("%s, %s values in %s: %s would have been raised, on %d of them, %s",
		say.Plural(len(p.series), "series", "series"), say.Count(float64(values)), say.Plural(p.requests, "request", "requests"),
		say.Plural(total, "anomaly", "anomalies"), noisy, p.perWeek(total))
	p.printNotes(line, learning)
	if total > 0 {
		fmt.Fprintln(out)
		number := p.printRaised(out)
		fmt.Fprintln(out)
		p.printSeries(out, number)
	}
	fmt.Fprintln(out)
	p.printWould(out, line)
}

func (p *report) printNotes(line func(string, ...any), learning int) {
	if learning > 0 {
		line("%d of them were too short to be judged", learning)
	}
	if d := p.often(p.span.step); d > 0 {
		line("values change each %s, so the same one was judged several times: --step %s fits better", say.Duration(d), say.Duration(d))
	}
	if n := len(p.refused); n > 0 {
		line("%d more series were left out: --max-series is %d", n, p.maxSeries)
	}
	if n := len(p.excluded); n > 0 {
		line("%s excluded by the configuration", say.Plural(n, "series is", "series are"))
	}
	if p.histograms > 0 {
		line("native histograms were not read: query histogram_quantile(…) of them")
	}
	if p.skipped > 0 {
		line("%d values were none, such as NaN", p.skipped)
	}
	for _, w := range p.warnings {
		line("the server warned: %s", input.Printable(w, 200))
	}
}

// printRaised prints the strangest in the order of time, and numbers their series.
func (p *report) printRaised(out io.Writer) map[*watched]int {
	shown := slices.Clone(p.all)
	slices.SortStableFunc(shown, func(a, b raised) int { return cmp.Compare(a.Chance, b.Chance) })
	shown = shown[:min(len(shown), maxRaised)]
	slices.SortStableFunc(shown, func(a, b raised) int { return cmp.Compare(a.Onset, b.Onset) })
	number := map[*watched]int{}
	fmt.Fprintf(out, "%-19s  %-6s  %-11s  %9s  %-14s  %s\n", "since (UTC)", "for", "what", "value", "by chance", "series")
	for _, a := range shown {
		if number[a.of] == 0 {
			number[a.of] = len(number) + 1
		}
		last := say.Duration(a.Duration())
		if a.Lasts() {
			last += "+"
		}
		fmt.Fprintf(out, "%-19s  %-6s  %-11s  %9s  %-14s  #%d\n", say.Time(a.Onset), say.Fit(last, 6), a.What(),
			say.Number(a.Peak.Value), say.Odds(a.Chance), number[a.of])
	}
	if n := len(p.all) + p.more - len(shown); n > 0 {
		fmt.Fprintf(out, "and %d more, less strange\n", n)
	}
	return number
}

func (p *report) printSeries(out io.Writer, number map[*watched]int) {
	order := make([]*watched, 0, len(p.series))
	for _, w := range p.series {
		if w.anomalies.Len() > 0 {
			order = append(order, w)
		}
	}
	key := func(w *watched) int {
		if n := number[w]; n > 0 {
			return n
		}
		return len(number) + 1
	}
	slices.SortStableFunc(order, func(a, b *watched) int { return cmp.Or(key(a)-key(b), b.anomalies.Len()-a.anomalies.Len()) })
	limit := max(maxNamed, len(number))
	for k, w := range order {
		if k == limit {
			fmt.Fprintf(out, "and %d more series\n", len(order)-limit)
			break
		}
		name := "   "
		if n := number[w]; n > 0 {
			name = fmt.Sprintf("#%-2d", n)
		}
		often := fmt.Sprintf("%d, %s", w.anomalies.Len(), p.perWeek(w.anomalies.Len()))
		room := columns - 3 - 2 - 22
		fmt.Fprintf(out, "%s %-*s  %22s\n", name, room-1, say.Fit(input.Printable(input.NameOf(w.labels), 200), room-1), often)
	}
}

// ofService are the anomalies of one service, or of what names none.
type ofService struct {
	name    string
	n       int
	answers []answer
}

// services groups what was raised, those with most first. Instances for which
// policies say different things are apart.
func (p *report) services() []ofService {
	var list []ofService
	at := map[string]int{}
	for _, w := range p.series {
		n := w.anomalies.Len()
		if n == 0 {
			continue
		}
		e := entityOf(w.labels)
		s := ofService{name: nameOf(e), answers: ask(p.policies, e)}
		key := fmt.Sprintf("%s\x00%v", s.name, s.answers)
		k, ok := at[key]
		if !ok {
			k = len(list)
			at[key] = k
			list = append(list, s)
		}
		list[k].n += n
	}
	slices.SortStableFunc(list, func(a, b ofService) int { return b.n - a.n })
	return list
}

func nameOf(e event.Entity) string {
	switch {
	case e.Service == "":
		return "of no service (no service_name or job)"
	case e.Namespace != "":
		return e.Namespace + "/" + e.Service
	}
	return e.Service
}

func (p *report) printWould(out io.Writer, line func(string, ...any)) {
	line("What would have been done: nothing, by these metrics alone. An anomaly is inferred evidence; acting takes something told or seen " +
		"(an alert, an exit, a failed probe), or a second signal such as traces or logs. The kind of a cause is not known from metrics either.")
	if !p.asked {
		line("With --config collector.yaml the policies are named that would have been asked.")
		return
	}
	services := p.services()
	if len(services) > 0 {
		line("With such evidence these policies would have been asked:")
	}
	for k, s := range services {
		if k == maxNamed {
			fmt.Fprintf(out, "and for %d more services\n", len(services)-k)
			break
		}
		line("%s, %s", input.Printable(s.name, 100), say.Plural(s.n, "anomaly", "anomalies"))
		for i := range s.answers {
			a := &s.answers[i]
			fmt.Fprintln(out, "  "+say.Wrap(fmt.Sprintf("if it is %s: %s", a.kindsSaid(), a.said()), columns-2, "    "))
		}
	}
}

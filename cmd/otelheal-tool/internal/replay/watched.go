package replay

import (
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// watched is a series of the replay.
type watched struct {
	labels    map[string]string
	threshold float64
	scanner   *scan.Scanner
	anomalies scan.Anomalies
	values    int
	changes   int // values that differ from the one before
	last      float64
	learning  bool
}

// replayed are the series of all queries, and what was left out.
type replayed struct {
	config     *anomalyprocessor.Config
	kind       scan.Type
	maxSeries  int
	share      float64
	since      int64 // what was raised before was only learnt from
	series     []*watched
	byName     map[string]*watched
	refused    map[string]bool // beyond maxSeries, bounded itself
	excluded   map[string]bool
	histograms int
	skipped    int
	warnings   []string
}

func newReplayed(config *anomalyprocessor.Config, kind scan.Type, maxSeries int, since int64) *replayed {
	return &replayed{
		config: config, kind: kind, maxSeries: maxSeries, since: since,
		byName: map[string]*watched{}, refused: map[string]bool{}, excluded: map[string]bool{},
	}
}

// take judges a chunk. Series are told apart by query and labels.
func (r *replayed) take(query string, a *input.Answer) {
	for _, w := range a.Warnings {
		if len(r.warnings) < 5 && !slices.Contains(r.warnings, w) {
			r.warnings = append(r.warnings, w)
		}
	}
	for k := range a.Series {
		s := &a.Series[k]
		r.histograms += s.Histograms
		w := r.of(query, s)
		if w == nil {
			continue
		}
		for _, p := range s.Points {
			w.step(r, p)
		}
	}
}

func (r *replayed) of(query string, s *input.Series) *watched {
	name := query + "\x00" + s.Name()
	if w := r.byName[name]; w != nil {
		return w
	}
	model, judged := r.config.Settings(s.Labels["__name__"])
	switch {
	case !judged:
		if len(r.excluded) < r.maxSeries {
			r.excluded[name] = true
		}
		return nil
	case len(r.series) >= r.maxSeries:
		if len(r.refused) < r.maxSeries {
			r.refused[name] = true
		}
		return nil
	}
	kind := r.kind
	if kind == scan.TypeAuto && namesCounter(s.Labels["__name__"]) {
		kind = scan.TypeCounter
	}
	w := &watched{labels: s.Labels, threshold: model.Threshold, scanner: scan.New(model.Watch(r.share), kind)}
	r.series = append(r.series, w)
	r.byName[name] = w
	return w
}

// namesCounter tells a counter by Prometheus' conventions.
func namesCounter(name string) bool {
	for _, end := range []string{"_total", "_count", "_sum", "_bucket"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

func (w *watched) step(r *replayed, p input.Point) {
	rows, skip := w.scanner.Step(p.Time, p.Value)
	if skip != detector.SkipNone {
		r.skipped++
		return
	}
	if w.values > 0 && p.Value != w.last {
		w.changes++
	}
	w.values++
	w.last = p.Value
	w.note(rows)
}

func (w *watched) note(rows []scan.Row) {
	for k := range rows {
		if rows[k].Verdict.Skip == detector.SkipNone {
			w.anomalies.Add(&rows[k])
			w.learning = rows[k].Verdict.Phase == detector.PhaseLearning
		}
	}
}

// finish ends all series, and forgets what was raised before the time asked for.
func (r *replayed) finish() {
	for _, w := range r.series {
		if w.scanner.Kind() == scan.TypeAuto {
			w.note(w.scanner.Flush())
		}
		w.anomalies.Finish()
		kept := w.anomalies.List[:0]
		for _, a := range w.anomalies.List {
			if a.Raised >= r.since {
				kept = append(kept, a)
			}
		}
		w.anomalies.List = kept
	}
}

// often returns the interval at which values change, if the step is so short that
// most series were asked for the same value again and again; 0 if not.
func (r *replayed) often(step time.Duration) time.Duration {
	counts := map[int]int{}
	moving, most := 0, 0
	for _, w := range r.series {
		if w.changes < 20 {
			continue
		}
		moving++
		if n := (w.values + w.changes/2) / w.changes; n >= 2 {
			counts[n]++
			if c := counts[n]; c > counts[most] || c == counts[most] && n < most {
				most = n
			}
		}
	}
	if moving == 0 || counts[most]*2 <= moving {
		return 0
	}
	return time.Duration(most) * step
}

package detect

import (
	"bufio"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/plot"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/say"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// file is one input and what came of it.
type file struct {
	path, base string
	kind       scan.Type
	config     *anomalyprocessor.Config
	problems   input.Problems
	notes      []string
	series     []*series
}

// series is one series of a file.
type series struct {
	file      *file
	title     string
	notes     []string
	scanner   *scan.Scanner
	anomalies scan.Anomalies
	columns   plot.Columns
	threshold float64
	limit     float64 // the score that makes a breach
	chance    float64 // the least of any value

	values, judged int
	first, last    int64

	out    *os.File
	w      *bufio.Writer
	buffer []byte
}

func (f *file) begin(title string, model anomalyprocessor.ModelConfig, path string) (*series, error) {
	out, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("write scores: %w", err)
	}
	watch := model.Watch(f.config.Share(one))
	s := &series{
		file: f, title: title, threshold: model.Threshold, chance: 1,
		limit: quantile(watch.Model.Chance), scanner: scan.New(watch, f.kind),
		out: out, w: bufio.NewWriterSize(out, 64<<10),
	}
	s.w.WriteString("timestamp,value,expected,low,high,score,chance,phase,shape,anomaly\n")
	f.series = append(f.series, s)
	return s, nil
}

func (s *series) step(t int64, v float64, line int) {
	turned := s.scanner.Turned
	rows, skip := s.scanner.Step(t, v)
	if skip != detector.SkipNone {
		s.file.problems.Skip(line, skip)
		return
	}
	if s.scanner.Turned != turned {
		s.columns = plot.Columns{} // rates and values do not go into one chart
	}
	s.take(rows)
}

func (s *series) take(rows []scan.Row) {
	for k := range rows {
		r := &rows[k]
		s.values++
		if s.first == 0 {
			s.first = r.Time
		}
		s.last = r.Time
		s.write(r)
		if r.Verdict.Skip != detector.SkipNone {
			continue
		}
		v := &r.Verdict
		learnt := v.Phase != detector.PhaseLearning
		if learnt {
			s.judged++
			s.chance = min(s.chance, v.Chance)
		}
		s.anomalies.Add(r)
		score := v.Score
		if !learnt {
			score = 0
		}
		s.columns.Add(r.Time, r.Value, v.Expected, s.threshold*v.Deviation, score, learnt)
	}
}

// write appends a row of scores.
func (s *series) write(r *scan.Row) {
	v := &r.Verdict
	b := time.Unix(0, r.Time).UTC().AppendFormat(s.buffer[:0], time.RFC3339Nano)
	number := func(x float64) {
		b = append(b, ',')
		if !math.IsNaN(x) {
			b = strconv.AppendFloat(b, x, 'g', -1, 64)
		}
	}
	number(r.Value)
	if v.Skip != detector.SkipNone {
		b = append(b, ",,,,0,1,learning,none,0\n"...)
	} else {
		wide := s.threshold * v.Deviation
		for _, x := range []float64{v.Expected, v.Expected - wide, v.Expected + wide, v.Score, v.Chance} {
			number(x)
		}
		b = append(b, ',')
		b = append(b, v.Phase.String()...)
		b = append(b, ',')
		b = append(b, v.Shape.String()...)
		if v.Phase == detector.PhaseOpen {
			b = append(b, ",1\n"...)
		} else {
			b = append(b, ",0\n"...)
		}
	}
	s.w.Write(b) // errors are kept until finish
	s.buffer = b
}

func (s *series) finish() error {
	if s.scanner.Kind() == scan.TypeAuto {
		s.take(s.scanner.Flush())
	}
	s.anomalies.Finish()
	if err := errors.Join(s.w.Flush(), s.out.Close()); err != nil {
		return fmt.Errorf("write scores: %w", err)
	}
	s.w, s.out, s.buffer = nil, nil, nil
	return nil
}

// facts are what a reader must know to judge the chart.
func (s *series) facts() []string {
	if s.values == 0 {
		return append(s.notes, "no values")
	}
	text := say.Plural(s.values, "value", "values") + " from " + say.Time(s.first) + " to " + say.Time(s.last)
	if s.values > 1 {
		text += ", one each " + say.Duration(time.Duration((s.last-s.first)/int64(s.values-1)))
	}
	facts := []string{text, s.kindSaid()}
	if learnt := s.values - s.judged; learnt > 0 {
		facts = append(facts, fmt.Sprintf("%d of them learnt from only, before there was history enough", learnt))
	}
	return append(facts, s.notes...)
}

func (s *series) kindSaid() string {
	auto := s.file.kind == scan.TypeAuto
	switch {
	case s.scanner.Turned != 0:
		return "taken for a counter until it fell by less than half or too often, " + say.Time(s.scanner.Turned) + "; a gauge since"
	case s.scanner.Kind() == scan.TypeCounter && auto:
		return "taken for a counter (it rose and never fell at first), so judged by its increase a second"
	case s.scanner.Kind() == scan.TypeCounter:
		return "a counter, judged by its increase a second"
	case auto:
		return "taken for a gauge, so judged by its value"
	}
	return "a gauge, judged by its value"
}

func (s *series) unit() string {
	if s.scanner.Kind() == scan.TypeCounter {
		return "increase a second"
	}
	return "value"
}

// quantile is the score of a chance.
func quantile(chance float64) float64 { return math.Sqrt2 * math.Erfcinv(2*chance) }

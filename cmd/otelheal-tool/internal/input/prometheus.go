package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Point is a value of a series.
type Point struct {
	Time  int64 // Unix nanoseconds
	Value float64
}

// Series is what a range query answers with.
type Series struct {
	Labels map[string]string
	Points []Point
	// Histograms is the number of native histograms, which are not read.
	Histograms int
}

// Name is how Prometheus writes the series.
func (s *Series) Name() string { return NameOf(s.Labels) }

// NameOf writes labels as name{a="b"}, in the order of their names.
func NameOf(labels map[string]string) string {
	names := make([]string, 0, len(labels))
	for n := range labels {
		if n != "__name__" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(labels["__name__"])
	if len(names) > 0 || b.Len() == 0 {
		b.WriteByte('{')
		for k, n := range names {
			if k > 0 {
				b.WriteString(", ")
			}
			b.WriteString(n + "=" + strconv.Quote(labels[n]))
		}
		b.WriteByte('}')
	}
	return b.String()
}

// Answer is an answer of Prometheus' API to a range query.
type Answer struct {
	Series   []Series
	Warnings []string
}

// The API's documented shapes; data alone is a file that somebody cut out.
type wireAnswer struct {
	Status    string          `json:"status"`
	Data      json.RawMessage `json:"data"`
	ErrorType string          `json:"errorType"`
	Error     string          `json:"error"`
	Warnings  []string        `json:"warnings"`
	wireData
}

type wireData struct {
	ResultType string          `json:"resultType"`
	Result     json.RawMessage `json:"result"`
}

type wireSeries struct {
	Metric     map[string]string `json:"metric"`
	Values     []wirePoint       `json:"values"`
	Histograms []json.RawMessage `json:"histograms"`
}

type wirePoint Point

// UnmarshalJSON reads [seconds, "value"].
func (p *wirePoint) UnmarshalJSON(b []byte) error {
	inner, ok := strings.CutPrefix(strings.TrimSpace(string(b)), "[")
	inner, ok2 := strings.CutSuffix(inner, "]")
	at, value, ok3 := strings.Cut(inner, ",")
	if !ok || !ok2 || !ok3 {
		return errors.New("a point must be [seconds, \"value\"]")
	}
	t, ok := seconds(strings.TrimSpace(at))
	if !ok {
		return fmt.Errorf("a point's time must be Unix seconds, found %.40q", at)
	}
	v, ok := Number(bare([]byte(value)))
	if !ok {
		return fmt.Errorf("a point's value must be a number, found %.40q", value)
	}
	p.Time, p.Value = t, v
	return nil
}

// seconds reads Unix seconds, also as 1.7e9, to the millisecond as Prometheus has it.
func seconds(text string) (int64, bool) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(x) < float64(year2200/second)) {
		return 0, false
	}
	return int64(math.Round(x*1e3)) * 1e6, true
}

// ReadAnswer reads an answer, or its `data` alone.
func ReadAnswer(r io.Reader) (*Answer, error) {
	var a wireAnswer
	if err := json.NewDecoder(r).Decode(&a); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if a.Status == "error" || a.Error != "" {
		return nil, &ServerError{Type: a.ErrorType, Text: a.Error}
	}
	if len(a.Data) > 0 {
		if err := json.Unmarshal(a.Data, &a.wireData); err != nil {
			return nil, fmt.Errorf("read `data`: %w", err)
		}
	}
	if a.ResultType != "matrix" {
		return nil, fmt.Errorf("`resultType` must be matrix, the answer to a range query (/api/v1/query_range), found %.40q", a.ResultType)
	}
	var all []wireSeries
	if err := json.Unmarshal(a.Result, &all); err != nil {
		return nil, fmt.Errorf("read `result`: %w", err)
	}
	out := &Answer{Warnings: a.Warnings, Series: make([]Series, len(all))}
	for k, s := range all {
		points := make([]Point, len(s.Values))
		for i, p := range s.Values {
			points[i] = Point(p)
		}
		out.Series[k] = Series{Labels: s.Metric, Points: points, Histograms: len(s.Histograms)}
	}
	return out, nil
}

// ServerError is what the server said instead of an answer.
type ServerError struct{ Type, Text string }

func (e *ServerError) Error() string {
	return fmt.Sprintf("the server answered %s: %s", Printable(e.Type, 40), Printable(e.Text, 300))
}

// Printable is text of others for a terminal: without control characters, which
// could move its cursor, and not longer than n characters.
func Printable(s string, n int) string {
	var b strings.Builder
	k := 0
	for _, r := range s {
		if k == n {
			return b.String() + "…"
		}
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			r = '·'
		}
		b.WriteRune(r)
		k++
	}
	return b.String()
}

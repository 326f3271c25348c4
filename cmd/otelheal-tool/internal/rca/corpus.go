package rca

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fault is one injection, as the corpus' faults.json has it.
type fault struct {
	Time    string   `json:"inject_time"` // UTC
	Pod     string   `json:"inject_pod"`
	Type    string   `json:"inject_type"`
	Minutes []string `json:"minutes"` // its files: the minute before, and two after

	at time.Time
}

// span, line and value are rows of the corpus.
type span struct {
	trace, id, parent string // parent: empty for a root
	pod, name         string
	start, end        int64
}

type line struct {
	at                   int64
	node, pod, trace, id string
	level, text          string
}

type value struct {
	at     int64
	pod    string
	metric string
	v      float64
}

// recording is a stretch of telemetry.
type recording struct {
	spans   []span
	lines   []line
	values  []value
	skipped int // rows that are not as they should be
}

func (r *recording) add(o *recording) {
	r.spans, r.lines, r.values = append(r.spans, o.spans...), append(r.lines, o.lines...), append(r.values, o.values...)
	r.skipped += o.skipped
}

// shift moves everything in time.
func (r *recording) shift(d int64) {
	for k := range r.spans {
		r.spans[k].start += d
		r.spans[k].end += d
	}
	for k := range r.lines {
		r.lines[k].at += d
	}
	for k := range r.values {
		r.values[k].at += d
	}
}

// bounds are the first and the last time of its spans' ends, and of its lines
// where it has no spans.
func (r *recording) bounds() (first, last int64) {
	for k := range r.spans {
		if e := r.spans[k].end; first == 0 || e < first {
			first = e
		}
		last = max(last, r.spans[k].end)
	}
	return first, last
}

// around is the time that a minute's metrics are of: they are written a few
// seconds after it.
func (r *recording) around() [2]int64 {
	first, last := r.bounds()
	return [2]int64{first, last + int64(5*time.Second)}
}

// within leaves out values of other times.
func (r *recording) within(times ...[2]int64) {
	r.values = slices.DeleteFunc(r.values, func(v value) bool {
		return !slices.ContainsFunc(times, func(w [2]int64) bool { return v.at >= w[0] && v.at <= w[1] })
	})
}

// keep tells whether a trace is in a sample of the given share.
func keep(trace string, share float64) bool {
	if share >= 1 {
		return true
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(trace))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11)/(1<<53) < share
}

// reduce leaves out what the settings do.
func (r *recording) reduce(set Settings) {
	share := set.Traces
	r.spans = slices.DeleteFunc(r.spans, func(s span) bool { return !keep(s.trace, share) })
	unsampled := slices.Contains(set.Drop, "unsampled-logs")
	r.lines = slices.DeleteFunc(r.lines, func(l line) bool { return unsampled && !keep(l.trace, share) })
	if slices.Contains(set.Drop, "logs") {
		r.lines = nil
	}
	if slices.Contains(set.Drop, "metrics") {
		r.values = nil
	}
}

// days lists the folders of a corpus that have faults.
func days(dir string) ([]string, error) {
	list, err := filepath.Glob(filepath.Join(dir, "*", "faults.json"))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no */faults.json in %q", dir)
	}
	for k := range list {
		list[k] = filepath.Dir(list[k])
	}
	slices.Sort(list)
	return list, nil
}

func readFaults(day string) ([]fault, error) {
	b, err := os.ReadFile(filepath.Join(day, "faults.json"))
	if err != nil {
		return nil, err
	}
	var list []fault
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("reading faults of %s: %w", day, err)
	}
	for k := range list {
		f := &list[k]
		if f.at, err = time.Parse(time.DateTime, f.Time); err != nil {
			return nil, fmt.Errorf("reading faults of %s: %w", day, err)
		}
		if len(f.Minutes) == 0 {
			return nil, fmt.Errorf("fault of %s at %s names no minutes", day, f.Time)
		}
	}
	slices.SortStableFunc(list, func(a, b fault) int { return a.at.Compare(b.at) })
	return list, nil
}

// readMinute reads the spans and lines of one file each; lines may be missing.
func readMinute(day, minute string) (*recording, error) {
	r := &recording{}
	err := rows(filepath.Join(day, "trace", minute+"_trace.csv.gz"), 8, r, func(f []string) error {
		s := span{trace: f[0], id: f[1], parent: f[2], pod: f[3], name: f[4]}
		if s.parent == "root" {
			s.parent = ""
		}
		var err1, err2 error
		s.start, err1 = strconv.ParseInt(f[5], 10, 64)
		s.end, err2 = strconv.ParseInt(f[6], 10, 64)
		r.spans = append(r.spans, s)
		return errors.Join(err1, err2)
	})
	if err != nil {
		return nil, err
	}
	err = rows(filepath.Join(day, "log", minute+"_log.csv.gz"), 8, r, func(f []string) error {
		l := line{node: f[2], pod: f[3], trace: f[5], id: f[6]}
		var err error
		if l.at, err = strconv.ParseInt(f[1], 10, 64); err != nil {
			return err
		}
		l.level, l.text = body(f[7])
		r.lines = append(r.lines, l)
		return nil
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return r, nil
}

// body takes a container's log line apart: the runtime's JSON, then the time and
// the level that the program wrote before its message, and its trace context,
// as a log agent would.
func body(raw string) (level, text string) {
	var wrapped struct {
		Log string `json:"log"`
	}
	if json.Unmarshal([]byte(raw), &wrapped) == nil && wrapped.Log != "" {
		raw = wrapped.Log
	}
	raw = strings.TrimSpace(raw)
	level, raw = structured(raw)
	words := strings.Fields(raw)
	var rest []string
	for k := 0; k < len(words); k++ {
		switch w := words[k]; {
		case k == 0 && len(w) >= 8 && w[2] == ':':
		case k <= 2 && level == "" && isLevel(w):
			level = w
		case strings.EqualFold(w, "TraceID:") || strings.EqualFold(w, "SpanID:"):
			k++
		default:
			rest = append(rest, w)
		}
	}
	return level, strings.Join(rest, " ")
}

// structured reads a line that the program wrote as JSON.
func structured(raw string) (level, text string) {
	var fields map[string]any
	if !strings.HasPrefix(raw, "{") || json.Unmarshal([]byte(raw), &fields) != nil {
		return "", raw
	}
	first := func(keys ...string) string {
		for _, k := range keys {
			if s, ok := fields[k].(string); ok && s != "" {
				return s
			}
		}
		return ""
	}
	level = strings.ToUpper(first("severity", "level"))
	if text = first("message", "msg"); text == "" {
		return level, raw
	}
	return level, text
}

func isLevel(w string) bool {
	return slices.Contains([]string{"TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL"}, w)
}

// readMetrics reads the metrics of all pods, a row a minute.
func readMetrics(dir string) (*recording, error) {
	r := &recording{}
	files, err := filepath.Glob(filepath.Join(dir, "metric", "*_metric.csv.gz"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	for _, name := range files {
		var head []string
		err := rowsWith(name, 0, r, func(h []string) { head = h }, func(f []string) error {
			at, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil || len(f) != len(head) {
				return errors.New("short row")
			}
			for k := 3; k < len(f); k++ {
				if v, err := strconv.ParseFloat(f[k], 64); err == nil {
					r.values = append(r.values, value{at * int64(time.Second), f[2], head[k], v})
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

func rows(name string, fields int, r *recording, take func([]string) error) error {
	return rowsWith(name, fields, r, func([]string) {}, take)
}

// rowsWith reads a compressed table. Rows with another number of fields, or that
// take does not like, are counted and skipped.
func rowsWith(name string, fields int, r *recording, head func([]string), take func([]string) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	c := csv.NewReader(z)
	c.FieldsPerRecord, c.LazyQuotes = -1, true
	for n := 0; ; n++ {
		row, err := c.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading %s: %w", name, err)
		case n == 0:
			head(row)
		case fields > 0 && len(row) != fields || len(row) < 3 || take(row) != nil:
			r.skipped++
		}
	}
}

// serviceOf is the pod's name less its two hash parts.
func serviceOf(pod string) string {
	for range 2 {
		if i := strings.LastIndexByte(pod, '-'); i > 0 {
			pod = pod[:i]
		}
	}
	return pod
}

func idOf(s string, into []byte) {
	if b, err := hex.DecodeString(s); err == nil && len(b) == len(into) {
		copy(into, b)
	}
}

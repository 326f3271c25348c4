package rca

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// maxLine bounds one batch of a file, in bytes.
const maxLine = 256 << 20

// packet is one batch of a file, and the newest time in it.
type packet struct {
	at      int64
	traces  *ptrace.Traces
	logs    *plog.Logs
	metrics *pmetric.Metrics
}

// Verdict is what a replay said of an incident, and what was said when it happened.
type Verdict struct {
	Incident event.Incident  `json:"incident"`
	Was      *event.Incident `json:"was,omitempty"` // nil: the files tell of none at that time
	Same     bool            `json:"same"`          // the cause and its kind are as they were, or none is told
}

// Files replays what the collector's file exporter wrote: batches of OTLP data as
// JSON, one a line, in the order of their newest times, on a clock that follows
// them. The same bytes so give the same verdicts on any machine. Alerts, states and
// changes among the log records count, whoever signed them.
func Files(ctx context.Context, names []string) ([]Verdict, error) {
	var list []packet
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		more, err := readPackets(f)
		_ = f.Close()
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		list = append(list, more...)
	}
	if len(list) == 0 {
		return nil, errors.New("no telemetry in the files")
	}
	slices.SortStableFunc(list, func(a, b packet) int { return int(min(1, max(-1, a.at-b.at))) })
	p, err := newPlayer(ctx, time.Unix(0, list[0].at).UTC(), "alert", "agent.state", "change")
	if err != nil {
		return nil, err
	}
	for k := range list {
		if err := p.hand(ctx, &list[k]); err != nil {
			return nil, err
		}
	}
	p.idle(p.now.Add(reported))
	if err := p.stop(ctx); err != nil {
		return nil, err
	}
	return verdicts(p.incidents, recorded(list)), nil
}

// hand brings a batch at its time.
func (p *player) hand(ctx context.Context, b *packet) error {
	at := time.Unix(0, b.at).UTC()
	if at.After(p.now.Add(time.Second)) {
		p.idle(at)
	}
	if at.After(p.now) {
		p.tick(at)
	}
	switch {
	case b.traces != nil:
		return p.traces.ConsumeTraces(ctx, *b.traces)
	case b.logs != nil:
		return p.logs.ConsumeLogs(ctx, *b.logs)
	}
	return p.metrics.ConsumeMetrics(ctx, *b.metrics)
}

func readPackets(r io.Reader) (list []packet, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 1<<20), maxLine)
	for n := 1; s.Scan(); n++ {
		line := bytes.TrimSpace(s.Bytes())
		if len(line) == 0 {
			continue
		}
		var b packet
		switch head := line[:min(len(line), 32)]; {
		case bytes.Contains(head, []byte(`"resourceSpans"`)):
			td, e := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
			if err = e; e == nil { // what was read is unusable otherwise
				b = packet{at: newestSpan(td), traces: &td}
			}
		case bytes.Contains(head, []byte(`"resourceLogs"`)):
			ld, e := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
			if err = e; e == nil { // what was read is unusable otherwise
				b = packet{at: newestLog(ld), logs: &ld}
			}
		case bytes.Contains(head, []byte(`"resourceMetrics"`)):
			md, e := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(line)
			if err = e; e == nil { // what was read is unusable otherwise
				b = packet{at: newestPoint(md), metrics: &md}
			}
		default:
			err = errors.New("no batch of spans, log records or metrics as the file exporter writes them")
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if b.at > 0 {
			list = append(list, b)
		}
	}
	return list, s.Err()
}

func newestSpan(td ptrace.Traces) (at int64) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				at = max(at, int64(s.EndTimestamp()))
			}
		}
	}
	return at
}

func newestLog(ld plog.Logs) (at int64) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				at = max(at, int64(lr.Timestamp()), int64(lr.ObservedTimestamp()))
			}
		}
	}
	return at
}

func newestPoint(md pmetric.Metrics) (at int64) {
	newer := func(t pcommon.Timestamp) { at = max(at, int64(t)) }
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				switch m.Type() {
				case pmetric.MetricTypeGauge:
					for _, p := range m.Gauge().DataPoints().All() {
						newer(p.Timestamp())
					}
				case pmetric.MetricTypeSum:
					for _, p := range m.Sum().DataPoints().All() {
						newer(p.Timestamp())
					}
				case pmetric.MetricTypeHistogram:
					for _, p := range m.Histogram().DataPoints().All() {
						newer(p.Timestamp())
					}
				}
			}
		}
	}
	return at
}

// recorded are the incidents that the files tell of, as they were emitted last.
func recorded(list []packet) (was []event.Incident) {
	codec := eventlog.NewCodec(key)
	newest := map[string]int{}
	for k := range list {
		if list[k].logs == nil {
			continue
		}
		for _, rl := range list[k].logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					if lr.EventName() != eventlog.NameIncident {
						continue
					}
					i, _, err := codec.ReadIncident(lr)
					if err != nil {
						continue
					}
					if at, ok := newest[i.ID]; !ok {
						newest[i.ID] = len(was)
						was = append(was, *i)
					} else if i.Revision > was[at].Revision {
						was[at] = *i
					}
				}
			}
		}
	}
	return was
}

// verdicts are the newest words on each incident, beside those of the time: of
// the one with the nearest onset within a minute.
func verdicts(said, was []event.Incident) (list []Verdict) {
	newest := map[string]int{}
	for k := range said {
		if at, ok := newest[said[k].ID]; ok {
			list[at].Incident = said[k]
			continue
		}
		newest[said[k].ID] = len(list)
		list = append(list, Verdict{Incident: said[k]})
	}
	for k := range list {
		v := &list[k]
		best := time.Minute
		for i := range was {
			if d := was[i].Onset.Sub(v.Incident.Onset).Abs(); d < best {
				best, v.Was = d, &was[i]
			}
		}
		v.Same = v.Was == nil || v.Was.Cause.Kind == v.Incident.Cause.Kind && v.Was.Cause.Target.Entity == v.Incident.Cause.Target.Entity
	}
	return list
}

package eval

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// recording is the telemetry of the shop without faults, by seconds, as
// examples/shop/cmd/record wrote it down.
type recording struct {
	began   time.Time // of its first second
	seconds int
	// traces that began in each second, whole: one ptrace.Traces a trace.
	traces [][]ptrace.Traces
	// logs of each trace; those of none are left out.
	logs map[pcommon.TraceID]plog.Logs
	// metrics that arrived in each second.
	metrics [][]pmetric.Metrics
}

// readRecording reads a recording and sorts it by seconds.
func readRecording(t *testing.T, path string) *recording {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	all, err := io.ReadAll(unzipped)
	require.NoError(t, err)
	spans := map[pcommon.TraceID]ptrace.Traces{}
	var order []pcommon.TraceID
	r := &recording{logs: map[pcommon.TraceID]plog.Logs{}}
	for in := bytes.NewReader(all); ; {
		head := make([]byte, 13)
		if _, err := io.ReadFull(in, head); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		second := int(binary.BigEndian.Uint64(head[1:]) / 1000)
		body := make([]byte, binary.BigEndian.Uint32(head[9:]))
		_, err := io.ReadFull(in, body)
		require.NoError(t, err)
		switch head[0] {
		case 't':
			req := ptraceotlp.NewExportRequest()
			require.NoError(t, req.UnmarshalProto(body))
			order = append(order, byTrace(req.Traces(), spans)...)
		case 'l':
			req := plogotlp.NewExportRequest()
			require.NoError(t, req.UnmarshalProto(body))
			r.keepLogs(req.Logs())
		case 'm':
			req := pmetricotlp.NewExportRequest()
			require.NoError(t, req.UnmarshalProto(body))
			for len(r.metrics) <= second {
				r.metrics = append(r.metrics, nil)
			}
			r.metrics[second] = append(r.metrics[second], req.Metrics())
		}
	}
	r.arrange(spans, order)
	return r
}

// byTrace sorts spans to their traces and returns the new ones.
func byTrace(td ptrace.Traces, into map[pcommon.TraceID]ptrace.Traces) (found []pcommon.TraceID) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				trace, ok := into[s.TraceID()]
				if !ok {
					trace = ptrace.NewTraces()
					into[s.TraceID()] = trace
					found = append(found, s.TraceID())
				}
				to := trace.ResourceSpans().AppendEmpty()
				rs.Resource().CopyTo(to.Resource())
				s.CopyTo(to.ScopeSpans().AppendEmpty().Spans().AppendEmpty())
			}
		}
	}
	return found
}

func (r *recording) keepLogs(ld plog.Logs) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if lr.TraceID().IsEmpty() {
					continue
				}
				of, ok := r.logs[lr.TraceID()]
				if !ok {
					of = plog.NewLogs()
					r.logs[lr.TraceID()] = of
				}
				to := of.ResourceLogs().AppendEmpty()
				rl.Resource().CopyTo(to.Resource())
				lr.CopyTo(to.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
			}
		}
	}
}

// arrange puts whole traces into the second in which they began. Those at the
// edges, whose beginning or end is not in the recording, are left out.
func (r *recording) arrange(spans map[pcommon.TraceID]ptrace.Traces, order []pcommon.TraceID) {
	starts := make(map[pcommon.TraceID]time.Time, len(order))
	var first, last time.Time
	for id, td := range spans {
		begin, root := bounds(td)
		if !root {
			delete(spans, id)
			continue
		}
		starts[id] = begin
		if first.IsZero() || begin.Before(first) {
			first = begin
		}
		if begin.After(last) {
			last = begin
		}
	}
	r.began = first.Truncate(time.Second).Add(time.Second)
	r.seconds = int(last.Sub(r.began)/time.Second) - 2
	r.traces = make([][]ptrace.Traces, r.seconds)
	for _, id := range order {
		td, ok := spans[id]
		if !ok || starts[id].Before(r.began) {
			continue
		}
		if k := int(starts[id].Sub(r.began) / time.Second); k < r.seconds {
			r.traces[k] = append(r.traces[k], td)
		}
	}
	r.metrics = slices.Delete(r.metrics, 0, 1)
	r.metrics = r.metrics[:min(len(r.metrics), r.seconds)]
	r.seconds = len(r.metrics)
	r.traces = r.traces[:r.seconds]
}

// bounds is when the trace began, and whether its root is there.
func bounds(td ptrace.Traces) (begin time.Time, root bool) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				if at := s.StartTimestamp().AsTime(); begin.IsZero() || at.Before(begin) {
					begin = at
				}
				root = root || s.ParentSpanID().IsEmpty()
			}
		}
	}
	return begin, root
}

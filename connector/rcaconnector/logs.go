package rcaconnector

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/rca"
)

// maxJSON bounds the bodies that are parsed for a trace ID, in bytes.
const maxJSON = 64 << 10

// takeLogs walks log records into the engine: events of ours as what they are
// if they are signed, everything else as logs.
func (e *engine) takeLogs(ctx context.Context, ld plog.Logs) {
	e.received(ctx, signalLogs, ld.LogRecordCount())
	now := e.now()
	e.guarded(ctx, func() { e.walkLogs(ctx, ld, now) })
}

func (e *engine) walkLogs(ctx context.Context, ld plog.Logs, now time.Time) {
	var l rca.Log
	for _, rl := range ld.ResourceLogs().All() {
		entity := entityOf(rl.Resource())
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				if e.takeEvent(ctx, lr, now) {
					continue
				}
				if entity.Service == "" {
					e.noService.Add(1)
					continue
				}
				readLog(&l, lr, entity, now)
				e.brain.AddLog(&l, now)
			}
		}
	}
}

// takeEvent takes a record that is an event of ours, and tells whether it was one.
func (e *engine) takeEvent(ctx context.Context, lr plog.LogRecord, now time.Time) bool {
	switch lr.EventName() {
	case eventlog.NameAgentState:
		s, trust, err := e.codec.ReadAgentState(lr)
		if e.counts(ctx, "agent.state", trust, err) {
			e.brain.AddState(*s, now)
			return true
		}
	case eventlog.NameAlert:
		a, trust, err := e.codec.ReadAlert(lr)
		if e.counts(ctx, "alert", trust, err) {
			e.brain.AddAlert(*a, now)
			return true
		}
	case eventlog.NameChange:
		c, trust, err := e.codec.ReadChange(lr)
		if e.counts(ctx, "change", trust, err) {
			e.brain.AddChange(*c, now)
			return true
		}
	case eventlog.NameIncident, eventlog.NameAction, eventlog.NameOutcome:
		return true // what came of our own words is no evidence
	}
	return false
}

// counts tells whether an event may be relied on.
func (e *engine) counts(ctx context.Context, kind string, trust eventlog.Trust, err error) bool {
	switch {
	case err != nil:
		e.undecodable.Add(1)
		return false
	case trust == eventlog.Verified || e.trusted[kind]:
		return true
	}
	e.unsigned(ctx, kind)
	return false
}

func readLog(l *rca.Log, lr plog.LogRecord, entity event.Entity, now time.Time) {
	m := lr.Attributes()
	*l = rca.Log{Entity: entity, TraceID: lr.TraceID(), SpanID: lr.SpanID(), At: lr.Timestamp().AsTime()}
	if lr.Timestamp() == 0 {
		l.At = lr.ObservedTimestamp().AsTime()
		if lr.ObservedTimestamp() == 0 {
			l.At = now
		}
	}
	exception := text(m, "exception.type")
	l.Error = lr.SeverityNumber() >= plog.SeverityNumberError || exception != ""
	body := bodyOf(lr)
	if lr.SeverityNumber() == plog.SeverityNumberUnspecified && !l.Error {
		level := lr.SeverityText()
		if level == "" {
			level = body.first("level", "severity")
		}
		l.Error = isError(level)
	}
	l.Place = placeOf(m)
	if exception != "" {
		l.Text = cut(exception, 200) + ": " + cut(text(m, "exception.message"), 400)
	} else if l.Text = body.first("message", "msg"); l.Text == "" {
		l.Text = body.line
	}
	if l.TraceID == ([16]byte{}) {
		id := text(m, "trace_id", "traceId")
		if id == "" {
			id = body.first("trace_id", "traceId")
		}
		decodeID(l.TraceID[:], id)
		id = text(m, "span_id", "spanId")
		if id == "" {
			id = body.first("span_id", "spanId")
		}
		decodeID(l.SpanID[:], id)
	}
}

// placeOf is the place in the code that wrote the record, by the conventions
// before and after 2025.
func placeOf(m pcommon.Map) string {
	file := text(m, "code.file.path", "code.filepath")
	at := number(m, "code.line.number", "code.lineno")
	if file != "" && at > 0 {
		return cut(file, 100) + ":" + strconv.FormatInt(at, 10)
	}
	return cut(text(m, "code.function.name", "code.function"), 100)
}

// decodeID fills in an ID from hex digits; anything else leaves it as zeros.
func decodeID(id []byte, s string) {
	if len(s) == hex.EncodedLen(len(id)) {
		b, err := hex.DecodeString(s)
		if err == nil {
			copy(id, b)
		}
	}
}

// body is what a log says: one line, and fields where it is structured.
type body struct {
	line   string
	fields map[string]any
	attrs  pcommon.Map
	isMap  bool
}

func bodyOf(lr plog.LogRecord) body {
	switch v := lr.Body(); v.Type() {
	case pcommon.ValueTypeMap:
		return body{attrs: v.Map(), isMap: true}
	case pcommon.ValueTypeStr:
		b := body{line: cut(v.Str(), 1024)}
		if s := v.Str(); len(s) <= maxJSON && strings.HasPrefix(strings.TrimLeft(s, " \t"), "{") {
			_ = json.Unmarshal([]byte(s), &b.fields) // no JSON: then it is a line
		}
		return b
	}
	return body{}
}

// first is the first of the fields that is a string.
func (b *body) first(keys ...string) string {
	if b.isMap {
		return text(b.attrs, keys...)
	}
	for _, k := range keys {
		if s, ok := b.fields[k].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

func isError(level string) bool {
	switch strings.ToLower(cut(level, 16)) {
	case "error", "err", "fatal", "critical", "crit", "panic", "alert", "emergency", "severe":
		return true
	}
	return false
}

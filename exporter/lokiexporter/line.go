package lokiexporter

import (
	"encoding/json"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// line is a log record as JSON. What became a label is left out of attributes
// and resource. trace_id is a text at the top, where rca and Grafana look.
type line struct {
	Body       any            `json:"body,omitempty"`
	Severity   string         `json:"severity,omitempty"`
	EventName  string         `json:"event_name,omitempty"`
	TraceID    string         `json:"trace_id,omitempty"`
	SpanID     string         `json:"span_id,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Resource   map[string]any `json:"resource,omitempty"`
	Scope      string         `json:"scope,omitempty"`
	Cut        bool           `json:"cut,omitempty"` // it was too long for Loki
}

// encode is the record's line; cut tells that it does not hold all.
func (e *encoder) encode(lr plog.LogRecord, resource map[string]any, scope string) (text string, cut bool, err error) {
	l := line{
		Body: plain(lr.Body()), Severity: severity(lr), EventName: lr.EventName(), Scope: scope,
		Attributes: others(lr.Attributes(), e.cfg.Labels.Record), Resource: resource,
	}
	if id := lr.TraceID(); !id.IsEmpty() {
		l.TraceID = id.String()
	}
	if id := lr.SpanID(); !id.IsEmpty() {
		l.SpanID = id.String()
	}
	b, err := json.Marshal(l)
	if err != nil || len(b) <= maxLine {
		return string(b), false, err
	}
	// The body's begin tells most; a character takes up to six bytes in JSON.
	body := lr.Body().AsString()
	if len(body) > maxLine/8 {
		body = shorten(body, maxLine/8)
	}
	l.Body, l.Attributes, l.Resource, l.Cut = body, nil, nil, true
	l.Scope, l.EventName, l.Severity = head(l.Scope), head(l.EventName), head(l.Severity)
	b, err = json.Marshal(l)
	return string(b), true, err
}

func head(s string) string {
	const most = 256
	if len(s) > most {
		return shorten(s, most)
	}
	return s
}

// others are the attributes without those that are labels.
func others(attributes pcommon.Map, taken []string) map[string]any {
	m := make(map[string]any, attributes.Len())
	for name, v := range attributes.All() {
		if !slices.Contains(taken, name) {
			m[name] = plain(v)
		}
	}
	return m
}

// plain is a value as JSON can have it: no NaN and no infinity.
func plain(v pcommon.Value) any {
	if v.Type() != pcommon.ValueTypeDouble {
		return sane(v.AsRaw())
	}
	return sane(v.Double())
}

func severity(lr plog.LogRecord) string {
	if s := lr.SeverityText(); s != "" {
		return s
	}
	if n := lr.SeverityNumber(); n != plog.SeverityNumberUnspecified {
		return n.String()
	}
	return ""
}

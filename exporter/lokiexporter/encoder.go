package lokiexporter

import (
	"slices"
	"time"

	"github.com/golang/snappy"
	"github.com/grafana/loki/pkg/push"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// encoder makes one push request of a batch.
type encoder struct {
	cfg *Config
	now func() time.Time
}

// tally is what an encoding did beside its work.
type tally struct {
	unlabelled, cutLabels, cutLines int
}

// body is the request as it is sent.
func (e *encoder) body(ld plog.Logs) ([]byte, tally, error) {
	r, t, err := e.request(ld)
	if err != nil {
		return nil, t, err
	}
	b, err := r.Marshal()
	return snappy.Encode(nil, b), t, err
}

// request sorts the records into streams, each in the order of its times: Loki
// may refuse what is older than what it has.
func (e *encoder) request(ld plog.Logs) (*push.PushRequest, tally, error) {
	var t tally
	streams := map[string]*push.Stream{}
	var order []string
	for _, rl := range ld.ResourceLogs().All() {
		base := labels{}
		for name, value := range e.cfg.Labels.Static {
			base[name] = value
		}
		fixed := len(base)
		t.cutLabels += base.pick(rl.Resource().Attributes(), e.cfg.Labels.Resource)
		resource := others(rl.Resource().Attributes(), e.cfg.Labels.Resource)
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				own := labels{}
				for name, value := range base {
					own[name] = value
				}
				t.cutLabels += own.pick(lr.Attributes(), e.cfg.Labels.Record)
				if len(own) == fixed {
					t.unlabelled++
				}
				if own[fallbackLabel] == "" {
					own[fallbackLabel] = fallbackValue
				}
				text, cut, err := e.encode(lr, resource, sl.Scope().Name())
				if err != nil {
					return nil, t, err
				}
				if cut {
					t.cutLines++
				}
				key := own.String()
				s, ok := streams[key]
				if !ok {
					s = &push.Stream{Labels: key}
					streams[key] = s
					order = append(order, key)
				}
				s.Entries = append(s.Entries, push.Entry{Timestamp: e.at(lr), Line: text})
			}
		}
	}
	r := &push.PushRequest{}
	for _, key := range order {
		s := streams[key]
		slices.SortStableFunc(s.Entries, func(a, b push.Entry) int { return a.Timestamp.Compare(b.Timestamp) })
		r.Streams = append(r.Streams, *s)
	}
	return r, t, nil
}

// at is when it happened, else when it was seen, else now.
func (e *encoder) at(lr plog.LogRecord) time.Time {
	for _, ts := range []pcommon.Timestamp{lr.Timestamp(), lr.ObservedTimestamp()} {
		if ts != 0 {
			return ts.AsTime()
		}
	}
	return e.now()
}

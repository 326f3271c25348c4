package rca

import (
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// batch is what pipelines bring in one second.
type batch struct {
	second  int64
	traces  ptrace.Traces
	logs    plog.Logs
	metrics pmetric.Metrics

	spanOf   map[string]ptrace.SpanSlice
	lineOf   map[string]plog.LogRecordSlice
	metricOf map[string]pmetric.MetricSlice
}

// batches turns a recording into OTLP data, by the second in which a span ends,
// a line is written, a value is measured.
func (r *recording) batches() []*batch {
	bySecond := map[int64]*batch{}
	at := func(ns int64) *batch {
		sec := ns / int64(time.Second)
		b := bySecond[sec]
		if b == nil {
			b = &batch{
				second: sec, traces: ptrace.NewTraces(), logs: plog.NewLogs(), metrics: pmetric.NewMetrics(),
				spanOf: map[string]ptrace.SpanSlice{}, lineOf: map[string]plog.LogRecordSlice{}, metricOf: map[string]pmetric.MetricSlice{},
			}
			bySecond[sec] = b
		}
		return b
	}
	for k := range r.spans {
		at(r.spans[k].end).addSpan(&r.spans[k])
	}
	for k := range r.lines {
		at(r.lines[k].at).addLine(&r.lines[k])
	}
	for k := range r.values {
		at(r.values[k].at).addValue(&r.values[k])
	}
	list := make([]*batch, 0, len(bySecond))
	for _, b := range bySecond {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b *batch) int { return int(a.second - b.second) })
	return list
}

func describe(r pcommon.Resource, pod string) {
	m := r.Attributes()
	m.PutStr("service.name", serviceOf(pod))
	m.PutStr("service.instance.id", pod)
	m.PutStr("k8s.pod.name", pod)
}

func (b *batch) addSpan(s *span) {
	list, ok := b.spanOf[s.pod]
	if !ok {
		rs := b.traces.ResourceSpans().AppendEmpty()
		describe(rs.Resource(), s.pod)
		list = rs.ScopeSpans().AppendEmpty().Spans()
		b.spanOf[s.pod] = list
	}
	x := list.AppendEmpty()
	var trace [16]byte
	var id, parent [8]byte
	idOf(s.trace, trace[:])
	idOf(s.id, id[:])
	idOf(s.parent, parent[:])
	x.SetTraceID(trace)
	x.SetSpanID(id)
	x.SetParentSpanID(parent)
	x.SetName(s.name)
	x.SetStartTimestamp(pcommon.Timestamp(s.start))
	x.SetEndTimestamp(pcommon.Timestamp(s.end))
}

func (b *batch) addLine(l *line) {
	list, ok := b.lineOf[l.pod]
	if !ok {
		rl := b.logs.ResourceLogs().AppendEmpty()
		describe(rl.Resource(), l.pod)
		list = rl.ScopeLogs().AppendEmpty().LogRecords()
		b.lineOf[l.pod] = list
	}
	x := list.AppendEmpty()
	var trace [16]byte
	var id [8]byte
	idOf(l.trace, trace[:])
	idOf(l.id, id[:])
	x.SetTraceID(trace)
	x.SetSpanID(id)
	x.SetTimestamp(pcommon.Timestamp(l.at))
	x.SetSeverityText(l.level)
	x.Body().SetStr(l.text)
}

func (b *batch) addValue(v *value) {
	list, ok := b.metricOf[v.pod]
	if !ok {
		rm := b.metrics.ResourceMetrics().AppendEmpty()
		describe(rm.Resource(), v.pod)
		list = rm.ScopeMetrics().AppendEmpty().Metrics()
		b.metricOf[v.pod] = list
	}
	m := list.AppendEmpty()
	m.SetName(v.metric)
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetTimestamp(pcommon.Timestamp(v.at))
	p.SetDoubleValue(v.v)
}

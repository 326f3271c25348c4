package rcaconnector

import (
	"math"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca"
)

// what a metric of calls tells.
type callField uint8

const (
	callNothing callField = iota
	callTotal
	callFailed
	callTimes       // as who calls sees it
	callServerTimes // as who answers does
)

// visitor is what the servicegraph connector calls who sends no telemetry and calls
// an entry point. It measures no time.
const visitor = "user"

// callMetric recognizes what the servicegraph and the spanmetrics connector send, also
// by the names that Prometheus gives it.
func callMetric(name string) (field callField, graph bool) {
	name = strings.ReplaceAll(name, ".", "_")
	for _, unit := range []string{"_total", "_seconds", "_milliseconds"} {
		name = strings.TrimSuffix(name, unit)
	}
	switch name {
	case "traces_service_graph_request":
		return callTotal, true
	case "traces_service_graph_request_failed":
		return callFailed, true
	case "traces_service_graph_request_client":
		return callTimes, true
	case "traces_service_graph_request_server":
		return callServerTimes, true
	case "calls", "span_metrics_calls", "traces_span_metrics_calls":
		return callTotal, false
	case "duration", "span_metrics_duration", "traces_span_metrics_duration":
		return callTimes, false
	}
	return callNothing, false
}

// callKey is what calls are gathered by, in a batch.
type callKey struct {
	from, to event.Entity
	outside  bool
	op       string
}

// callBatch gathers what a batch says of calls.
type callBatch struct {
	grown *increases
	order []callKey
	calls map[callKey]*rca.Calls
	seen  map[string]pcommon.Timestamp
}

// takeCalls takes what other connectors counted of calls.
func (e *engine) takeCalls(md pmetric.Metrics, now time.Time) {
	b := callBatch{grown: &e.grown, calls: map[callKey]*rca.Calls{}, seen: map[string]pcommon.Timestamp{}}
	for _, rm := range md.ResourceMetrics().All() {
		resource := ""
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				field, graph := callMetric(m.Name())
				if field == callNothing {
					continue
				}
				if resource == "" {
					resource = "\x03" + attributesKey(rm.Resource().Attributes())
				}
				b.metric(m, field, graph, m.Name()+resource, entityOf(rm.Resource()))
			}
		}
	}
	if len(b.seen) == 0 {
		return
	}
	for source, at := range b.seen {
		e.grown.seen(source, at)
	}
	e.grown.expire(now)
	list := make([]rca.Calls, 0, len(b.order))
	for _, k := range b.order {
		if c := b.calls[k]; c.N > 0 {
			list = append(list, *c)
		}
	}
	e.brain.AddCalls(list, now)
}

func (b *callBatch) metric(m pmetric.Metric, field callField, graph bool, source string, sender event.Entity) {
	point := func(at, start pcommon.Timestamp, attrs pcommon.Map, temporality pmetric.AggregationTemporality, values []uint64, about []time.Duration) {
		key, ok := keyOfCalls(attrs, graph, sender)
		if !ok || len(values) == 0 || graph && field >= callTimes && (field == callServerTimes) != (key.from.Service == visitor) {
			return
		}
		b.seen[source] = max(b.seen[source], at)
		s := sample{
			source: source, series: attributesKey(attrs), at: at, start: start, values: values,
			delta: temporality == pmetric.AggregationTemporalityDelta, sourceSeen: b.grown.sources[source],
		}
		grown, since, ok := b.grown.of(&s)
		if !ok {
			return
		}
		b.add(key, field, !graph && failedStatus(attrs), grown, about, since, at.AsTime())
	}
	switch m.Type() {
	case pmetric.MetricTypeSum:
		if field >= callTimes || !m.Sum().IsMonotonic() {
			return
		}
		for _, p := range m.Sum().DataPoints().All() {
			if v := valueOf(p); v >= 0 && v < math.MaxInt64 && !p.Flags().NoRecordedValue() {
				point(p.Timestamp(), p.StartTimestamp(), p.Attributes(), m.Sum().AggregationTemporality(), []uint64{uint64(v)}, nil)
			}
		}
	case pmetric.MetricTypeHistogram:
		if field < callTimes {
			return
		}
		unit := unitOf(m)
		for _, p := range m.Histogram().DataPoints().All() {
			if p.BucketCounts().Len() > maxBuckets {
				continue
			}
			values := append([]uint64{p.Count()}, p.BucketCounts().AsRaw()...)
			point(p.Timestamp(), p.StartTimestamp(), p.Attributes(), m.Histogram().AggregationTemporality(), values, middles(p.ExplicitBounds().AsRaw(), unit))
		}
	}
}

// add puts what grew to what is known of the calls.
func (b *callBatch) add(key callKey, field callField, failed bool, grown []uint64, about []time.Duration, since, at time.Time) {
	c := b.calls[key]
	if c == nil {
		c = &rca.Calls{From: key.from, To: key.to, Outside: key.outside, Op: key.op, Start: since, End: at}
		b.calls[key] = c
		b.order = append(b.order, key)
	}
	n := count32(grown[0])
	switch field {
	case callTotal:
		c.N += n
		c.Start, c.End = since, at
		if failed {
			c.Bad += n
		}
	case callFailed:
		c.Bad += n
	case callTimes, callServerTimes:
		for k, n := range grown[1:] {
			if n > 0 && k < len(about) {
				c.Times = append(c.Times, rca.Count{About: about[k], N: count32(n)})
			}
		}
	}
}

func count32(n uint64) uint32 { return uint32(min(n, math.MaxInt32)) }

// keyOfCalls reads between whom calls are.
func keyOfCalls(m pcommon.Map, graph bool, sender event.Entity) (k callKey, ok bool) {
	if graph {
		k.from = event.Entity{Namespace: text(m, "client_service.namespace", "client_service_namespace"), Service: text(m, "client")}
		k.to = event.Entity{Namespace: text(m, "server_service.namespace", "server_service_namespace"), Service: text(m, "server")}
		kind := text(m, "connection_type")
		k.outside = kind == "database" || kind == "virtual_node" && k.from.Service != visitor
		return k, k.from.Service != "" && k.to.Service != ""
	}
	if sender.Service == "" {
		sender = event.Entity{Namespace: text(m, "service.namespace", "service_namespace"), Service: text(m, "service.name", "service_name")}
	}
	switch strings.TrimPrefix(text(m, "span.kind", "span_kind"), "SPAN_KIND_") {
	case "SERVER", "CONSUMER":
		k.to, k.op = sender, cut(text(m, "span.name", "span_name"), event.MaxName)
	case "CLIENT", "PRODUCER":
		k.from = sender
	default:
		return k, false
	}
	return k, sender.Service != ""
}

func failedStatus(m pcommon.Map) bool {
	return strings.HasSuffix(text(m, "status.code", "status_code", "otel.status_code", "otel_status_code"), "ERROR")
}

// unitOf is what durations are counted in: spanmetrics says ms unless told otherwise.
func unitOf(m pmetric.Metric) float64 {
	if m.Unit() == "s" || strings.HasSuffix(m.Name(), "_seconds") && !strings.HasSuffix(m.Name(), "_milliseconds") {
		return float64(time.Second)
	}
	return float64(time.Millisecond)
}

// middles are durations that stand for the buckets of a histogram.
func middles(bounds []float64, unit float64) []time.Duration {
	if len(bounds) == 0 || !slices.IsSorted(bounds) || bounds[0] < 0 {
		return nil
	}
	list := make([]time.Duration, 0, len(bounds)+1)
	low := bounds[0] / 2
	for _, high := range bounds {
		list = append(list, bounded(math.Sqrt(max(low, 1e-9)*high)*unit))
		low = high
	}
	return append(list, bounded(2*low*unit))
}

func bounded(ns float64) time.Duration {
	if !(ns > 0) {
		return 0
	}
	return time.Duration(min(ns, float64(24*time.Hour)))
}

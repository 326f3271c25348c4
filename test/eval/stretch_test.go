package eval

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// stretch plays a recording again and again: traces thinned to the load, with
// new IDs and times; counters that go on growing, by as much as the load has it.
type stretch struct {
	rec    *recording
	random *rand.Rand
	second int    // of the recording, next to be played
	round  uint64 // how often it was played through
	series map[string]*counter
	spans  int
	points int
}

// counter is one cumulative series: what it read in the recording last, and
// what it reads now.
type counter struct{ was, is []float64 }

func newStretch(rec *recording, seed uint64) *stretch {
	return &stretch{rec: rec, random: newRandom(seed), series: map[string]*counter{}}
}

func (s *stretch) next() {
	if s.second++; s.second == s.rec.seconds {
		s.second = 0
		s.round++
	}
}

// traces are those of the second, each kept with the load's probability.
func (s *stretch) traces(now time.Time, load float64) ptrace.Traces {
	td := ptrace.NewTraces()
	// They ended in the second that has just gone by.
	shift := now.Add(-2 * time.Second).Sub(s.rec.began.Add(time.Duration(s.second) * time.Second))
	for _, trace := range s.rec.traces[s.second] {
		if s.random.Float64() >= load {
			continue
		}
		for _, rs := range trace.ResourceSpans().All() {
			to := td.ResourceSpans().AppendEmpty()
			rs.CopyTo(to)
			for _, ss := range to.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					s.restamp(span, shift)
				}
			}
		}
	}
	return td
}

func (s *stretch) restamp(span ptrace.Span, shift time.Duration) {
	id := span.TraceID()
	binary.BigEndian.PutUint64(id[:8], binary.BigEndian.Uint64(id[:8])+s.round)
	span.SetTraceID(id)
	span.SetStartTimestamp(moved(span.StartTimestamp(), shift))
	span.SetEndTimestamp(moved(span.EndTimestamp(), shift))
	for _, e := range span.Events().All() {
		e.SetTimestamp(moved(e.Timestamp(), shift))
	}
	s.spans++
}

func moved(t pcommon.Timestamp, by time.Duration) pcommon.Timestamp {
	return pcommon.NewTimestampFromTime(t.AsTime().Add(by))
}

// metrics are the batches of the second. Gauges read as recorded.
func (s *stretch) metrics(now time.Time, load float64) []pmetric.Metrics {
	var batches []pmetric.Metrics
	for _, recorded := range s.rec.metrics[s.second] {
		md := pmetric.NewMetrics()
		recorded.CopyTo(md)
		for _, rm := range md.ResourceMetrics().All() {
			instance, _ := rm.Resource().Attributes().Get("service.instance.id")
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					s.metric(instance.Str()+"\x00"+m.Name(), m, now, load)
				}
			}
		}
		batches = append(batches, md)
	}
	return batches
}

func (s *stretch) metric(key string, m pmetric.Metric, now time.Time, load float64) {
	at := pcommon.NewTimestampFromTime(now)
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			p.SetTimestamp(at)
			s.points++
		}
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			p.SetTimestamp(at)
			s.points++
			if !m.Sum().IsMonotonic() {
				continue
			}
			value := p.DoubleValue()
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				value = float64(p.IntValue())
			}
			grown := s.grow(key+text(p.Attributes()), []float64{value}, load)
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				p.SetIntValue(int64(math.Round(grown[0])))
			} else {
				p.SetDoubleValue(grown[0])
			}
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			p.SetTimestamp(at)
			p.RemoveMin() // of the whole life: says nothing about now
			p.RemoveMax()
			s.points++
			s.histogram(key+text(p.Attributes()), p, load)
		}
	}
}

func (s *stretch) histogram(key string, p pmetric.HistogramDataPoint, load float64) {
	values := []float64{p.Sum()}
	for _, n := range p.BucketCounts().All() {
		values = append(values, float64(n))
	}
	grown := s.grow(key, values, load)
	p.SetSum(grown[0])
	count := uint64(0)
	for k, n := range grown[1:] {
		whole := uint64(math.Round(n))
		p.BucketCounts().SetAt(k, whole)
		count += whole
	}
	p.SetCount(count)
}

// grow adds what a cumulative series grew by, times the load. Where the
// recording begins anew it goes on as it did the second before.
func (s *stretch) grow(key string, values []float64, load float64) []float64 {
	c := s.series[key]
	if c == nil || len(c.is) != len(values) {
		c = &counter{was: values, is: append([]float64(nil), values...)}
		s.series[key] = c
		return c.is
	}
	for k, v := range values {
		if v > c.was[k] {
			c.is[k] += (v - c.was[k]) * load
		}
	}
	c.was = values
	return c.is
}

func text(m pcommon.Map) string { return fmt.Sprint(m.AsRaw()) }

// scoreCounter counts the points in otelheal's own scope on their way to rca.
type scoreCounter struct {
	consumer.Metrics
	count int
}

func (c *scoreCounter) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() == "otelheal.anomaly.score" {
					c.count += m.Gauge().DataPoints().Len()
				}
			}
		}
	}
	return c.Metrics.ConsumeMetrics(ctx, md)
}

// DataPointCount is the number of scores so far.
func (c *scoreCounter) DataPointCount() int { return c.count }

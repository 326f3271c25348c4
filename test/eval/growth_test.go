package eval

import (
	"fmt"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// growth plays the metrics of a recording again and again, as processes would
// have sent them that run all day: cumulative series grow by what they grew by
// in the recording, thinned to the load; gauges of work under way are thinned,
// the others read as recorded.
type growth struct {
	rec    *recording
	random *rand.Rand
	second int           // of the recording, next to be played
	origin time.Duration // from the time of the recording to the first round
	series map[string]*counter
	points int
}

// counter is one cumulative series.
type counter struct {
	was []float64 // as recorded last
	by  []float64 // what it grew by then
	is  []float64 // as played last
}

// Gauges that follow the load. Utilization is a share, the others are counts.
var (
	shares = map[string]bool{"process.cpu.utilization": true}
	counts = map[string]bool{"http.server.active_requests": true, "worker.busy": true, "worker.queue.length": true}
)

// metrics are the batches of the next second.
func (g *growth) metrics(now time.Time, load float64) []pmetric.Metrics {
	shift := now.Add(-behind).Sub(g.rec.began.Add(time.Duration(g.second) * time.Second))
	if g.origin == 0 {
		g.origin = shift
	}
	var batches []pmetric.Metrics
	for _, recorded := range g.rec.metrics[g.second] {
		md := pmetric.NewMetrics()
		recorded.CopyTo(md)
		for _, rm := range md.ResourceMetrics().All() {
			instance, _ := rm.Resource().Attributes().Get("service.instance.id")
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					g.metric(instance.Str()+"\x00"+m.Name(), m, shift, load)
				}
			}
		}
		batches = append(batches, md)
	}
	g.second = (g.second + 1) % g.rec.seconds
	return batches
}

func (g *growth) metric(key string, m pmetric.Metric, shift time.Duration, load float64) {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			g.gauge(m.Name(), p, shift, load)
		}
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			if m.Sum().IsMonotonic() {
				g.sum(key+text(p.Attributes()), p, shift, load)
			} else {
				g.gauge(m.Name(), p, shift, load)
			}
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			g.histogram(key+text(p.Attributes()), p, shift, load)
		}
	}
}

func (g *growth) gauge(name string, p pmetric.NumberDataPoint, shift time.Duration, load float64) {
	g.stamp(p, shift)
	switch {
	case name == "process.uptime":
		p.SetDoubleValue(p.DoubleValue() + (shift - g.origin).Seconds())
	case shares[name]:
		p.SetDoubleValue(p.DoubleValue() * load)
	case counts[name]:
		p.SetIntValue(int64(thin(g.random, float64(p.IntValue()), load)))
	}
}

func (g *growth) sum(key string, p pmetric.NumberDataPoint, shift time.Duration, load float64) {
	g.stamp(p, shift)
	if p.ValueType() == pmetric.NumberDataPointValueTypeDouble {
		c := g.grown(key, []float64{p.DoubleValue()})
		c.is[0] += c.by[0] * load
		p.SetDoubleValue(c.is[0])
		return
	}
	c := g.grown(key, []float64{float64(p.IntValue())})
	c.is[0] += thin(g.random, c.by[0], load)
	p.SetIntValue(int64(c.is[0]))
}

// histogram thins each bucket; the sum grows by as much an observation.
func (g *growth) histogram(key string, p pmetric.HistogramDataPoint, shift time.Duration, load float64) {
	p.SetTimestamp(moved(p.Timestamp(), shift))
	p.SetStartTimestamp(moved(p.StartTimestamp(), g.origin))
	p.Exemplars().RemoveIf(func(pmetric.Exemplar) bool { return true }) // of traces that are not played
	p.RemoveMin()                                                       // of the whole life: says nothing about now
	p.RemoveMax()
	g.points++
	values := []float64{p.Sum()}
	for _, n := range p.BucketCounts().All() {
		values = append(values, float64(n))
	}
	c := g.grown(key, values)
	all, kept, count := 0.0, 0.0, uint64(0)
	for k := 1; k < len(values); k++ {
		n := thin(g.random, c.by[k], load)
		all, kept = all+c.by[k], kept+n
		c.is[k] += n
		p.BucketCounts().SetAt(k-1, uint64(c.is[k]))
		count += uint64(c.is[k])
	}
	if all > 0 {
		c.is[0] += c.by[0] * kept / all
	}
	p.SetSum(c.is[0])
	p.SetCount(count)
}

// grown finds what the series grew by since its last point. Where the recording
// begins anew it grows as it did the second before.
func (g *growth) grown(key string, values []float64) *counter {
	c := g.series[key]
	if c == nil || len(c.is) != len(values) {
		c = &counter{was: values, by: make([]float64, len(values)), is: append([]float64(nil), values...)}
		g.series[key] = c
		return c
	}
	if !anew(c.was, values) {
		for k, v := range values {
			c.by[k] = v - c.was[k]
		}
	}
	c.was = values
	return c
}

func anew(was, is []float64) bool {
	for k := range is {
		if is[k] < was[k] {
			return true
		}
	}
	return false
}

func (g *growth) stamp(p pmetric.NumberDataPoint, shift time.Duration) {
	p.SetTimestamp(moved(p.Timestamp(), shift))
	p.SetStartTimestamp(moved(p.StartTimestamp(), g.origin))
	g.points++
}

func text(m pcommon.Map) string { return fmt.Sprint(m.AsRaw()) }

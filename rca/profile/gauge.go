package profile

import (
	"math"
	"slices"
)

type gaugeKey struct{ node, instance, metric ID }

// Gauge is a metric of one instance: how often it had which value, by eighths
// of an octave.
type Gauge struct {
	N       uint32 // all values
	Zero    uint32 // of those, zero or below
	Max     float64
	buckets []gaugeBucket // sorted
}

type gaugeBucket struct {
	at int16
	n  uint32
}

const gaugePerOctave = 8

// maxGaugeBuckets bounds the distinct magnitudes of one metric; beyond it a
// value goes to the nearest bucket there is.
const maxGaugeBuckets = 128

// AddGauge counts a value of a metric.
func (p *Profile) AddGauge(node, instance, metric ID, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	if g := p.gauge(gaugeKey{node, instance, metric}); g != nil {
		g.count(v)
	}
}

func (p *Profile) gauge(key gaugeKey) *Gauge {
	g, ok := p.gauges[key]
	if !ok {
		if len(p.gauges) >= p.limits.Gauges {
			p.Dropped++
			return nil
		}
		g = &Gauge{Max: math.Inf(-1)}
		p.gauges[key] = g
	}
	return g
}

func (g *Gauge) count(v float64) {
	g.N++
	g.Max = max(g.Max, v)
	if v <= 0 {
		g.Zero++
		return
	}
	g.add(int16(math.Floor(math.Log2(v)*gaugePerOctave)), 1)
}

func (g *Gauge) add(at int16, n uint32) {
	i, ok := slices.BinarySearchFunc(g.buckets, at, func(b gaugeBucket, at int16) int { return int(b.at) - int(at) })
	switch {
	case ok:
		g.buckets[i].n += n
	case len(g.buckets) < maxGaugeBuckets:
		g.buckets = slices.Insert(g.buckets, i, gaugeBucket{at, n})
	default:
		g.buckets[min(i, len(g.buckets)-1)].n += n
	}
}

func (g *Gauge) merge(o *Gauge) {
	g.N, g.Zero, g.Max = g.N+o.N, g.Zero+o.Zero, max(g.Max, o.Max)
	for _, b := range o.buckets {
		g.add(b.at, b.n)
	}
}

func (g *Gauge) fade() {
	g.Zero /= 2
	g.N = g.Zero
	for i := range g.buckets {
		g.buckets[i].n /= 2
		g.N += g.buckets[i].n
	}
	g.buckets = slices.DeleteFunc(g.buckets, func(b gaugeBucket) bool { return b.n == 0 })
}

// median is that of all values; 0 if half of them are zero.
func (g *Gauge) median() float64 {
	rest := float64(g.N)/2 - float64(g.Zero)
	if rest <= 0 {
		return 0
	}
	for _, b := range g.buckets {
		if rest -= float64(b.n); rest <= 0 {
			return value(b.at)
		}
	}
	return 0
}

// value is the geometric middle of a bucket.
func value(at int16) float64 { return math.Exp2((float64(at) + 0.5) / gaugePerOctave) }

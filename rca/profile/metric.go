package profile

import (
	"math"
	"slices"
)

// MetricEvidence is what a metric says about an instance.
type MetricEvidence struct {
	Node, Instance, Metric ID
	Nats                   float64
	Usual, Now             float64
}

// materialRatio is how many times its median a metric must show to slow anything
// down.
const materialRatio = 1.3

// metrics compares each metric's highest value with the instance's own median.
// What such a ratio is worth, all instances of the metric say together.
func metrics(base, now *Profile) (list []MetricEvidence) {
	byMetric := map[ID][]gaugeKey{}
	for key := range now.gauges {
		if b := base.gauges[key]; b != nil && b.N >= minBaseline {
			byMetric[key.metric] = append(byMetric[key.metric], key)
		}
	}
	tests := 0
	for _, keys := range byMetric {
		tests += len(keys)
	}
	for metric, keys := range byMetric {
		ratios, small := pooled(base, metric)
		tail := newPareto(ratios)
		holders := map[float64]int{}
		for _, key := range keys {
			holders[now.gauges[key].Max]++
		}
		for _, key := range keys {
			b, c := base.gauges[key], now.gauges[key]
			if holders[c.Max] > 1 {
				continue // a metric of their host, or of nothing that tells them apart
			}
			usual := b.median()
			r := math.Log((max(0, c.Max) + small) / (usual + small))
			x := 0.0
			if r >= math.Log(materialRatio) {
				x = max(0, -tail.lnTail(r)-math.Log(float64(tests))-math.Log(float64(c.N)))
			}
			list = append(list, MetricEvidence{key.node, key.instance, metric, x, usual, c.Max})
		}
	}
	return list
}

// pooled are the logarithms of all baseline values over their instance's median,
// sorted, and a value that is small for this metric, by which zeros are raised.
func pooled(base *Profile, metric ID) (ratios []float64, small float64) {
	var medians []float64
	for key, g := range base.gauges {
		if m := g.median(); key.metric == metric && m > 0 {
			medians = append(medians, m)
		}
	}
	if len(medians) > 0 {
		slices.Sort(medians)
		small = medians[len(medians)/2] / 100
	}
	if small == 0 {
		small = 1e-9
	}
	for key, g := range base.gauges {
		if key.metric != metric || g.N < minBaseline {
			continue
		}
		usual := g.median() + small
		for range min(g.Zero, 1000) {
			ratios = append(ratios, math.Log(small/usual))
		}
		for _, b := range g.buckets {
			for range min(b.n, 1000) {
				ratios = append(ratios, math.Log((value(b.at)+small)/usual))
			}
		}
	}
	slices.Sort(ratios)
	return ratios, small
}

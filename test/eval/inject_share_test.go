package eval

import (
	"math/rand/v2"
	"slices"
)

const maxSeries = 64

// byKind counts the injections of a series by kind: all, found, found by chance.
type byKind [7][3]float64

// share is the percentage found, as the mean over the kinds, with the 95 %
// interval over resampled series.
type share struct {
	found, low, high, chance float64
	delay                    float64 // median, of what was found
}

func (s *searched) share(earlier int) share {
	return measure(s.findings, func(f finding) bool { return f.earlier == earlier })
}

func measure(findings []finding, of func(finding) bool) share {
	c := count(findings, of)
	series := c.present()
	out := share{found: c.mean(series, 1), chance: c.mean(series, 2)}
	if len(c.delays) > 0 {
		slices.Sort(c.delays)
		out.delay = float64(c.delays[len(c.delays)/2])
	}
	out.low, out.high = interval(series, func(drawn []int) float64 { return c.mean(drawn, 1) })
	return out
}

// tally is the findings by series and kind.
type tally struct {
	of     [maxSeries]byKind
	delays []int
}

func count(findings []finding, of func(finding) bool) *tally {
	var c tally
	for _, f := range findings {
		if !of(f) {
			continue
		}
		k := &c.of[f.series][f.kind]
		k[0]++
		if f.delay >= 0 {
			k[1]++
			c.delays = append(c.delays, f.delay)
		}
		if f.chance {
			k[2]++
		}
	}
	return &c
}

// present are the series that have injections.
func (c *tally) present() (series []int) {
	for i := range c.of {
		if c.of[i] != (byKind{}) {
			series = append(series, i)
		}
	}
	return series
}

// mean is the percentage found (1) or found by chance (2), each kind counting alike.
func (c *tally) mean(series []int, what int) float64 {
	sum, kinds := 0.0, 0.0
	for kind := range eventKinds {
		all, n := 0.0, 0.0
		for _, i := range series {
			all, n = all+c.of[i][kind][0], n+c.of[i][kind][what]
		}
		if all > 0 {
			sum, kinds = sum+n/all, kinds+1
		}
	}
	return 100 * sum / max(1, kinds)
}

// interval draws the series anew, with replacement, and returns where 95 % of
// what of makes of them lies.
func interval(series []int, of func([]int) float64) (low, high float64) {
	r := rand.New(rand.NewPCG(3, 4))
	draws := 1000
	if !wholeEval() {
		draws = 100
	}
	drawn, results := make([]int, len(series)), make([]float64, draws)
	for k := range results {
		for i := range drawn {
			drawn[i] = series[r.IntN(len(series))]
		}
		results[k] = of(drawn)
	}
	slices.Sort(results)
	return results[draws/40], results[draws-1-draws/40]
}

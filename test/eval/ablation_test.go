package eval

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/detector"
)

// ablations are the detector without one of its channels, and at last with the
// distance from the mean alone, which shows what calibration does without them.
func ablations() []contender {
	var all []contender
	rest := detector.ChannelSet(0)
	for _, c := range channels {
		all = append(all, ours(detector.ChannelSet(0).With(c)))
		if c != detector.ChannelDistance {
			rest = rest.With(c)
		}
	}
	alone := ours(rest)
	alone.name = "otelheal, distance alone"
	return append(all, alone)
}

// fewStreams of each shape are enough to see whether a channel spreads rates.
const fewStreams = 40

// gain is by how many points more the first found than the second, of the same
// injections, with the 95 % interval over resampled series.
func gain(with, without *searched, earlier int) share {
	of := func(f finding) bool { return f.earlier == earlier }
	a, b := count(with.findings, of), count(without.findings, of)
	series := a.present()
	difference := func(drawn []int) float64 { return a.mean(drawn, 1) - b.mean(drawn, 1) }
	out := share{found: difference(series)}
	out.low, out.high = interval(series, difference)
	return out
}

// TestAblation holds that no channel does much harm, and that some are worth what
// they cost. The table in docs/eval.md says what each adds.
func TestAblation(t *testing.T) {
	if !wholeEval() {
		t.Skip("asked for by make eval, or OTELHEAL_EVAL_DETECTOR=1")
	}
	all := readSeries(t)
	own := searchedBy(ours(0), all)
	for _, c := range ablations() {
		without := searchedBy(c, all)
		for k, n := range earlier {
			g := gain(own, without, k)
			t.Logf("%s, after %d: %+.1f points [%+.1f, %+.1f]", c.name, n, g.found, g.low, g.high)
			assert.Greater(t, g.found, -7.0, "%s finds more after %d equal events", c.name, n)
		}
	}
	assert.True(t, slices.ContainsFunc(ablations(), func(c contender) bool {
		return gain(own, searchedBy(c, all), 0).low > 1
	}), "no channel adds anything")
}

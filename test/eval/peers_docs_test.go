package eval

import (
	"fmt"
	"strings"
	"testing"
)

const (
	tablesBegin = "<!-- The detector's tables begin here: OTELHEAL_EVAL_WRITE=1 make eval writes them. -->\n"
	tablesEnd   = "<!-- The detector's tables end here. -->\n"
)

// TestDetectorTables holds that docs/eval.md tells what is measured today. With
// OTELHEAL_EVAL_WRITE it writes the tables instead.
func TestDetectorTables(t *testing.T) {
	if !wholeEval() {
		t.Skip("asked for by make eval, or OTELHEAL_EVAL_DETECTOR=1")
	}
	all := readSeries(t)
	var b strings.Builder
	nullTable(&b)
	regularTable(&b)
	peerTable(&b, all)
	kindTable(&b, all)
	ablationTable(&b, all)
	holdsPage(t, "eval.md", tablesBegin, tablesEnd, b.String())
}

// nullTable is the alarm rates on the null streams.
func nullTable(b *strings.Builder) {
	all := nullOnce()
	set := threshold(all, wantedRate, matureRow)
	at := []float64{3, 4, 5, set}
	rates := make([]nullRates, len(at))
	for k, x := range at {
		rates[k] = ratesAt(all, x)
	}
	streams, length := nullExtent()
	fmt.Fprintf(b, "\n### Null streams\n\nAlarms in 10⁴ values, %d streams of %d values for each shape. The three columns after them are at chance %.1e, which gives %d in 10⁴ at maturity.\n\n",
		streams, length, chanceOf(set), wantedRate)
	fmt.Fprintf(b, "| shape | 1e-3, ≥ %[2]d values | 1e-4 | 1e-5 | < %[1]d values | to %[2]d | ≥ %[2]d | opened |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n", young, mature)
	for _, s := range shapes {
		var r [4][3]float64
		for k := range rates {
			r[k] = rates[k].byShape[s.name]
		}
		fmt.Fprintf(b, "| %s | %.1f | %.2f | %.2f | %.1f | %.1f | %.2f | %.2f |\n", s.name, r[0][2], r[1][2], r[2][2], r[3][0], r[3][1], r[3][2],
			opened(s, fewStreams, length, 1e-4))
	}
	fmt.Fprintf(b, "| all but constant | %.1f | %.2f | %.2f | %.1f | %.1f | %.2f | |\n", rates[0].mean[2], rates[1].mean[2], rates[2].mean[2], rates[3].mean[0], rates[3].mean[1], rates[3].mean[2])
	fmt.Fprintf(b, "| max/min | %.2f | %.2f | %.2f | | | %.2f | |\n", rates[0].ratio, rates[1].ratio, rates[2].ratio, rates[3].ratio)
	fmt.Fprintf(b, "| equal rates show (once in 20 times) |")
	for k, r := range rates {
		if k == 3 {
			fmt.Fprintf(b, " | |")
		}
		fmt.Fprintf(b, " %.2f (%.2f) |", r.ratioMid, r.ratioTop)
	}
	fmt.Fprintf(b, " |\n\n`opened`: anomalies of the whole model at chance 1e-4, two breaches in a row, after %d values.\nOf young series in 10⁴ values: %.1f at 1e-3, %.1f at 1e-4, %.1f at 1e-5; from %d to %d values %.1f, %.1f, %.1f.\n",
		mature, rates[0].mean[0], rates[1].mean[0], rates[2].mean[0], young, mature, rates[0].mean[1], rates[1].mean[1], rates[2].mean[1])
}

// regularTable is what is said of streams that leave nothing to chance.
func regularTable(b *strings.Builder) {
	fmt.Fprintf(b, "\n### Regular streams\n\nThe same for mature streams that repeat exactly or hardly move. `values at 1e-3` counts every value, not only those that alarm.\n\n| | 1e-3 | 1e-4 | values at 1e-3 | opened at 1e-4 |\n| --- | --- | --- | --- | --- |\n")
	const streams, length = 10, 30_000
	all := scoreShapes(regular, ours(0), lowChance, streams, length)
	for k, s := range regular {
		var alarms [2]int
		each := 0
		for i := k * streams; i < (k+1)*streams; i++ {
			for n, exponent := range []float64{3, 4} {
				alarms[n] += all[i].between(exponent, mature, length)
			}
			for _, h := range all[i].highs {
				if h.row >= mature && h.score >= 3 {
					each++
				}
			}
		}
		rate := func(n int) float64 { return 1e4 * float64(n) / float64(streams*(length-mature)) }
		fmt.Fprintf(b, "| %s | %.1f | %.2f | %.0f | %.1f |\n", s.name, rate(alarms[0]), rate(alarms[1]), rate(each), opened(s, streams, length, 1e-4))
	}
}

// peerTable is what is found at the same alarm rate.
func peerTable(b *strings.Builder, all []realSeries) {
	own := searchedBy(ours(0), all)
	series := count(own.findings, func(finding) bool { return true }).present()
	fmt.Fprintf(b, "\n### Injected events, and peers\n\n%d copies of %d series; percent found within %d values [95 %% interval over series], at %d bundled alarms in 10⁴ values of the untouched series.\n",
		len(own.findings), len(series), eventLength, wantedRate)
	fmt.Fprintf(b, "`by chance`: the untouched series alarms there as well. `3 sigma`: alarms in 10⁴ values at the threshold of the textbook (1e-4 for otelheal).\n\n")
	fmt.Fprintf(b, "| | after 0 equal events | after 1 | after 3 | by chance | median delay, values | threshold | 3 sigma, real series | 3 sigma, null streams | null max/min at %d in 10⁴ |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n", wantedRate)
	for _, c := range append([]contender{ours(0)}, peers()...) {
		s := searchedBy(c, all)
		fmt.Fprintf(b, "| %s |", c.name)
		for k := range earlier {
			x := s.share(k)
			fmt.Fprintf(b, " %.1f [%.0f, %.0f] |", x.found, x.low, x.high)
		}
		null := scoreNull(c, 2, fewStreams, 30_000)
		at := ratesAt(null, c.sigma)
		least, most := at.span()
		x := s.share(0)
		fmt.Fprintf(b, " %.1f | %.0f | %.2f | %.1f | %.1f to %.1f | %s |\n", x.chance, x.delay, s.threshold, s.bare, least, most,
			spread(ratesAt(null, threshold(null, wantedRate, matureRow)).ratio))
	}
}

// spread is a ratio of rates, as far as its size says anything.
func spread(ratio float64) string {
	if ratio > 100 {
		return "> 100"
	}
	return fmt.Sprintf("%.1f", ratio)
}

// kindTable is what the detector finds of each kind and strength.
func kindTable(b *strings.Builder, all []realSeries) {
	own := searchedBy(ours(0), all)
	fmt.Fprintf(b, "\n### By kind and strength\n\nPercent found by otelheal [95 %%], and the median delay in values of what was found.\n\n| kind | strength | after 0 equal events | delay | after 1 | delay | after 3 | delay |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for kind := range eventKinds {
		for strength := range strengths {
			fmt.Fprintf(b, "| %s | %g |", eventKinds[kind].name, strengths[strength])
			for k := range earlier {
				x := measure(own.findings, func(f finding) bool { return f.kind == kind && f.strength == strength && f.earlier == k })
				fmt.Fprintf(b, " %.0f [%.0f, %.0f] | %.0f |", x.found, x.low, x.high, x.delay)
			}
			b.WriteByte('\n')
		}
	}
}

// ablationTable is what each channel adds.
func ablationTable(b *strings.Builder, all []realSeries) {
	own := searchedBy(ours(0), all)
	fmt.Fprintf(b, "\n### What each channel adds\n\nPoints more that are found with the channel than without it [95 %%], each at its own threshold, and how far the shapes' rates on null streams lie apart without it (%d streams of each).\n\n", fewStreams)
	fmt.Fprintf(b, "| | after 0 equal events | after 1 | after 3 | null max/min |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range append([]contender{ours(0)}, ablations()...) {
		null := scoreNull(c, lowChance, fewStreams, 30_000)
		fmt.Fprintf(b, "| %s |", c.name)
		for k := range earlier {
			if c.name == ours(0).name {
				fmt.Fprintf(b, " %.1f found |", own.share(k).found)
				continue
			}
			g := gain(own, searchedBy(c, all), k)
			fmt.Fprintf(b, " %+.1f [%+.1f, %+.1f] |", g.found, g.low, g.high)
		}
		fmt.Fprintf(b, " %.2f |\n", ratesAt(null, threshold(null, wantedRate, matureRow)).ratio)
	}
	b.WriteByte('\n')
}

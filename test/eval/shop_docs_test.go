package eval

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	shopBegin = "<!-- The shop's tables begin here: OTELHEAL_EVAL_WRITE=1 make eval writes them. -->\n"
	shopEnd   = "<!-- The shop's tables end here. -->\n"
)

// TestShopTables plays the whole of the shop, twice: with its telemetry, and with
// little and poor telemetry. It holds that docs/rca.md tells what is measured today; with
// OTELHEAL_EVAL_WRITE it writes the tables instead.
func TestShopTables(t *testing.T) {
	if !wholeShop() {
		t.Skip("asked for by make eval")
	}
	good, poor := playShop(t, 4, true, false), playShop(t, 8, true, true)
	var b strings.Builder
	shopTable(&b, good, poor)
	all := append(slices.Clone(good), poor...)
	reliabilityTable(&b, all)
	holds(t, scoreOf(good))
	assert.LessOrEqual(t, brier(judged(all), shopRun.told), 0.05, "Brier score of the confidence")
	holdsPage(t, "rca.md", shopBegin, shopEnd, b.String())
}

func shopTable(b *strings.Builder, good, poor []shopRun) {
	b.WriteString("| fault | runs | service | and kind | runs, poor telemetry | found | service | and kind |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	row := func(name string, is func(r shopRun) bool) {
		g, p := scoreOf(filter(good, is)), scoreOf(filter(poor, is))
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d | %d | %d | %d |\n", name, g.runs, g.right, g.kind, p.runs, p.found, p.right, p.kind)
	}
	for k := range shopFaults {
		row(shopFaults[k].name, func(r shopRun) bool { return r.fault == &shopFaults[k] })
	}
	row("**all**", func(shopRun) bool { return true })
}

// reliabilityTable compares what was said with how often it was right, on the
// odd seeds only; the even ones are what a table of leads was made from, to compare with.
func reliabilityTable(b *strings.Builder, all []shopRun) {
	found := judged(all)
	learnt := calibrate(filter(all, func(r shopRun) bool { return r.found && r.seed%2 == 0 }))
	fmt.Fprintf(b, "\n| confidence said | incidents | mean of it | service right |\n| --- | --- | --- | --- |\n")
	for _, bin := range [][2]float64{{0, 0.2}, {0.2, 0.5}, {0.5, 0.85}, {0.85, 0.95}, {0.95, 1.01}} {
		in := filter(found, func(r shopRun) bool { return r.confidence >= bin[0] && r.confidence < bin[1] })
		if len(in) == 0 {
			continue
		}
		sum := 0.0
		for _, r := range in {
			sum += r.confidence
		}
		n := float64(len(in))
		fmt.Fprintf(b, "| %.2f to %.2f | %d | %.2f | %.2f |\n", bin[0], min(1, bin[1]), len(in), sum/n, float64(scoreOf(in).right)/n)
	}
	fmt.Fprintf(b, "\nBrier score of the odd seeds: %.3f as said, %.3f by the even seeds' leads, %.3f if always the mean were said.\n",
		brier(found, shopRun.told), brier(found, learnt), baseRate(found))
}

func filter(list []shopRun, is func(shopRun) bool) (out []shopRun) {
	for _, r := range list {
		if is(r) {
			out = append(out, r)
		}
	}
	return out
}

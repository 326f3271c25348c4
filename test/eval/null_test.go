package eval

import (
	"math"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/detector"
)

// wholeEval reports whether the whole is measured, as `make eval` does; else a
// small part of it, in seconds.
func wholeEval() bool { return os.Getenv("OTELHEAL_EVAL_DETECTOR") != "" }

// nullExtent is how many streams of a shape there are, and of how many values.
func nullExtent() (streams, length int) {
	if wholeEval() {
		return 100, 30_000
	}
	return 8, 16_000
}

// Ages of a series, in values.
const (
	young  = 3_000
	mature = 10_000
)

// wantedRate is the alarms in 10⁴ values at which all contenders are compared.
const wantedRate = 4

// scoreNull runs a contender over all null streams and keeps scores of at least low.
func scoreNull(c contender, low float64, streams, length int) []scored {
	return scoreShapes(shapes, c, low, streams, length)
}

func scoreShapes(shapes []shape, c contender, low float64, streams, length int) []scored {
	all := make([]scored, len(shapes)*streams)
	inParallel(len(all), func(i int) {
		s := newStream(shapes[i/streams], i%streams)
		r := c.fresh()
		all[i] = scored{rows: length, shape: s.shape.name}
		for row := range length {
			if score := r.rate(s.at(row)); score >= low {
				all[i].highs = append(all[i].highs, high{int32(row), float32(score)})
			}
		}
	})
	return all
}

// opened counts the anomalies that a model with the given chance opens in 10⁴
// values of mature streams of a shape: what a user sees, of the whole model.
func opened(s shape, streams, length int, chance float64) float64 {
	counts := make([]int, streams)
	inParallel(streams, func(k int) {
		stream, w := newStream(s, k), detector.Watch{Model: detector.NewDefaultEWMA()}
		w.Model.Chance = chance
		for row := range length {
			if w.Step(stream.at(row)).Change == detector.ChangeOpened && row >= mature {
				counts[k]++
			}
		}
	})
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return 1e4 * float64(sum) / float64(streams*(length-mature))
}

// inParallel calls do for 0..n-1 on all processors.
func inParallel(n int, do func(i int)) {
	var wait sync.WaitGroup
	work := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range work {
				do(i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wait.Wait()
}

// nullRates are alarms in 10⁴ values by shape and age, and how far the shapes
// lie apart at maturity. What cannot alarm, a constant, is no part of that.
type nullRates struct {
	byShape                   map[string][3]float64 // young, middle, mature
	mean                      [3]float64
	ratio, ratioMid, ratioTop float64 // measured, and what equal rates show by chance
}

func ratesAt(all []scored, threshold float64) nullRates {
	bounds := [4]int{0, young, mature, 1 << 30}
	out := nullRates{byShape: map[string][3]float64{}}
	var matureAlarms, matureValues []float64
	var sums, totals [3]float64
	for _, sh := range shapes {
		var alarms, values, rates [3]float64
		for i := range all {
			if all[i].shape != sh.name {
				continue
			}
			for age := range 3 {
				alarms[age] += float64(all[i].between(threshold, bounds[age], bounds[age+1]))
				values[age] += float64(max(0, min(all[i].rows, bounds[age+1])-bounds[age]))
			}
		}
		for age := range 3 {
			rates[age] = 1e4 * alarms[age] / values[age]
		}
		out.byShape[sh.name] = rates
		if sh.name == "constant" {
			continue
		}
		matureAlarms, matureValues = append(matureAlarms, alarms[2]), append(matureValues, values[2])
		for age := range 3 {
			sums[age], totals[age] = sums[age]+alarms[age], totals[age]+values[age]
		}
	}
	for age := range 3 {
		out.mean[age] = 1e4 * sums[age] / totals[age]
	}
	out.ratio = ratio(matureAlarms, matureValues)
	out.ratioMid, out.ratioTop = byChance(matureAlarms, matureValues)
	return out
}

// span is the lowest and the highest rate of a mature shape.
func (n *nullRates) span() (least, most float64) {
	least = math.Inf(1)
	for name, r := range n.byShape {
		if name != "constant" {
			least, most = min(least, r[2]), max(most, r[2])
		}
	}
	return least, most
}

// chanceOf is the chance that a score stands for.
func chanceOf(score float64) float64 { return math.Pow(10, -score) }

// matureRow is from where on a null stream counts when a threshold is set on it.
func matureRow(int) int { return mature }

// lowChance is below every threshold that is asked for.
const lowChance = 2

// nullOnce measures the detector on the null streams once for all tests.
var nullOnce = sync.OnceValue(func() []scored {
	streams, length := nullExtent()
	return scoreNull(ours(0), lowChance, streams, length)
})

// TestNullStreams holds the promise that one chance means the same alarm rate
// for series of every shape, and the rate that it says.
func TestNullStreams(t *testing.T) {
	all := nullOnce()
	for _, exponent := range []float64{3, 4, 5} {
		got := ratesAt(all, exponent)
		wanted := 1e4
		for range int(exponent) {
			wanted /= 10
		}
		t.Logf("chance 1e-%g: %.3f alarms in 10⁴ values at maturity (young %.3f, middle %.3f), max/min %.2f (equal rates: %.2f, rarely %.2f)",
			exponent, got.mean[2], got.mean[0], got.mean[1], got.ratio, got.ratioMid, got.ratioTop)
		if exponent < 5 {
			assert.Less(t, got.mean[2]/wanted, 1.5, "the rate is not what was set")
			assert.Greater(t, got.mean[2]/wanted, 1/1.5, "the rate is not what was set")
		}
		assert.Zero(t, got.byShape["constant"], "a constant series alarmed")
	}
	set := threshold(all, wantedRate, matureRow)
	got := ratesAt(all, set)
	for _, sh := range shapes {
		r := got.byShape[sh.name]
		t.Logf("%-12s young %6.2f, middle %6.2f, mature %6.2f in 10⁴", sh.name, r[0], r[1], r[2])
	}
	t.Logf("at chance 10^-%.2f: max/min %.2f (equal rates: %.2f, rarely %.2f)", set, got.ratio, got.ratioMid, got.ratioTop)
	limit := 1.6
	if !wholeEval() { // few alarms: chance alone spreads them
		limit *= got.ratioTop
	}
	assert.LessOrEqual(t, got.ratio, limit, "shapes alarm at different rates")
}

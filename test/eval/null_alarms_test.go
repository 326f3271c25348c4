package eval

import (
	"math"
	"math/rand/v2"
	"slices"
)

// silent is for how many values after an alarm there is no other: what lasts is
// told once. It is the same for every contender.
const silent = 100

// high is a value with a score that may alarm.
type high struct {
	row   int32
	score float32
}

// scored are the high scores of one series.
type scored struct {
	highs []high
	rows  int
	shape string
}

// alarms calls each for every alarm at a threshold, in order.
func (s *scored) alarms(threshold float64, each func(row int)) {
	next := 0
	for _, h := range s.highs {
		if int(h.row) >= next && float64(h.score) >= threshold {
			each(int(h.row))
			next = int(h.row) + 1 + silent
		}
	}
}

// between counts the alarms of rows from (included) to (not).
func (s *scored) between(threshold float64, from, to int) (n int) {
	s.alarms(threshold, func(row int) {
		if row >= from && row < to {
			n++
		}
	})
	return n
}

// threshold is the lowest one at which all series together have at most so many
// alarms in 10⁴ values, from the row on that from returns.
func threshold(all []scored, perTenThousand float64, from func(rows int) int) float64 {
	var levels []float32
	values := 0
	for i := range all {
		values += max(0, all[i].rows-from(all[i].rows))
		for _, h := range all[i].highs {
			levels = append(levels, h.score)
		}
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	low, beyond := 0, len(levels) // the answer is in levels[low:beyond], or none is
	for low < beyond {
		mid := (low + beyond) / 2
		n := 0
		for i := range all {
			n += all[i].between(float64(levels[mid]), from(all[i].rows), all[i].rows)
		}
		if float64(n) <= perTenThousand*float64(values)/1e4 {
			beyond = mid
		} else {
			low = mid + 1
		}
	}
	if low == len(levels) {
		return math.Inf(1)
	}
	return float64(levels[low])
}

// ratio is the largest rate over the smallest; no alarm counts as half of one.
func ratio(alarms, values []float64) float64 {
	least, most := math.Inf(1), 0.0
	for i, n := range alarms {
		rate := max(n, 0.5) / values[i]
		least, most = min(least, rate), max(most, rate)
	}
	return most / least
}

// byChance is the ratio that equal rates would show: the median of it and what it
// exceeds once in twenty times.
func byChance(alarms, values []float64) (median, rare float64) {
	sum, total := 0.0, 0.0
	for i := range alarms {
		sum, total = sum+alarms[i], total+values[i]
	}
	r := rand.New(rand.NewPCG(1, 2))
	ratios := make([]float64, 1000)
	drawn := make([]float64, len(alarms))
	for k := range ratios {
		for i := range drawn {
			drawn[i] = countOf(r, sum/total*values[i])
		}
		ratios[k] = ratio(drawn, values)
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2], ratios[len(ratios)*19/20]
}

// countOf draws from a Poisson distribution of any mean.
func countOf(r *rand.Rand, mean float64) float64 {
	if mean > 100 {
		return max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
	}
	return poissonOf(r, mean)
}

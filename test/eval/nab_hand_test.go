package eval

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNABByHand scores a file of 100 rows with windows at rows 30 to 39 and 60 to
// 69, where the numbers can be checked by hand.
func TestNABByHand(t *testing.T) {
	t.Parallel()
	file := nabFile{realSeries: realSeries{values: make([]float64, 100)}, windows: []rowSpan{{30, 39}, {60, 69}}}
	for _, c := range []struct {
		name     string
		profile  int
		detected map[int]float64 // row to score
		raw      float64
		score    float64
	}{
		{"nothing", 0, nil, -2, 0},
		{"all at once", 0, map[int]float64{30: 1, 60: 1}, 2, 100},
		{"later ones of a window add nothing", 0, map[int]float64{30: 1, 35: 1, 60: 1, 69: 1}, 2, 100},
		{"in the probation", 0, map[int]float64{0: 1, 14: 1}, -2, 0},
		{"one missed", 0, map[int]float64{30: 1}, 0, 50},
		{"one missed costs double", 2, map[int]float64{30: 1}, -1, 50},
		{"before all windows", 0, map[int]float64{30: 1, 60: 1, 15: 1}, 1.89, 97.25},
		{"before all windows costs double", 1, map[int]float64{30: 1, 60: 1, 15: 1}, 1.78, 94.5},
		{"far behind a window", 1, map[int]float64{30: 1, 60: 1, 99: 1}, 1.78, 94.5},
		{"half a width behind a window, less", 0, map[int]float64{30: 1, 60: 1, 48: 1}, 2 - 0.11*math.Tanh(2.5), 100 - 0.11*math.Tanh(2.5)*25},
		{"half a window late", 0, map[int]float64{30: 1, 65: 1}, 1 + math.Tanh(1.25)/math.Tanh(2.5), 75 + 25*math.Tanh(1.25)/math.Tanh(2.5)},
		{"a threshold keeps out what costs more than it brings", 0, map[int]float64{30: 1, 60: 1, 15: 0.9}, 2, 100},
		{"equal scores cross a threshold together", 1, map[int]float64{30: 1, 16: 1, 17: 1, 18: 1, 19: 1, 20: 1, 21: 1, 22: 1, 23: 1, 24: 1, 25: 1}, -2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			scores := make([]float64, file.rows())
			for row, x := range c.detected {
				scores[row] = x
			}
			got := newNABSweep(nabProfiles[c.profile], []nabFile{file}, [][]float64{scores}).best()
			assert.InDelta(t, c.raw, got.raw, 1e-12)
			assert.InDelta(t, c.score, got.score, 1e-12)
		})
	}
}

package eval

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestNAB is a smoke test of the base model on the Numenta Anomaly Benchmark: its
// score is better than silence, and at a chance that no label chose most windows
// are found and little is alarmed outside of them. Its windows are wide and its
// labels coarse, so the floors are modest.
func TestNAB(t *testing.T) {
	files := readNAB(t)
	s := newNABSweep(nabProfiles[0], files, nabOurs().rate(files))
	best := s.best()
	windows, outside := nabExtent(files)
	const chance = 1e-3
	score, found, falseAlarms := s.at(1 - chance)
	t.Logf("%d files, standard profile: %.2f at chance %.1e; at %.0e %.2f, %d of %d windows and %d of %d rows outside",
		len(files), best.score, 1-best.threshold, chance, score, found, windows, falseAlarms, outside)
	assert.Positive(t, best.score, "silence would be better at every threshold")
	assert.Greater(t, 2*found, windows, "most windows are missed")
	assert.Less(t, falseAlarms, outside/50, "the detector cries wolf")
}

// nabExtent counts the windows that can be found, and the rows that none holds.
func nabExtent(files []nabFile) (windows, outside int) {
	for k := range files {
		f := &files[k]
		for row := f.probation(); row < f.rows(); row++ {
			if _, window := f.worth(row); window < 0 {
				outside++
			}
		}
		windows += f.findable()
	}
	return windows, outside
}

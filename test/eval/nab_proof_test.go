package eval

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNABScoring proves our scoring against the benchmark's own, restricted to
// these files.
func TestNABScoring(t *testing.T) {
	files := readNAB(t)
	published := windowedGaussian(t, files)
	t.Run("each row's worth", func(t *testing.T) {
		for k := range files {
			for _, profile := range nabProfiles {
				equalWorth(t, &files[k], profile, published[k].worth[profile.name])
			}
		}
	})
	t.Run("windowed Gaussian", func(t *testing.T) {
		scores := publishedScores(published)
		for k, want := range [][3]string{
			{"36.71", "-15.150358", "1"},
			{"21.40", "-32.606715", "1"},
			{"45.17", "-36.754608", "0.999999978912"},
		} {
			s := newNABSweep(nabProfiles[k], files, scores).best()
			got := [3]string{fmt.Sprintf("%.2f", s.score), fmt.Sprintf("%.6f", s.raw), fmt.Sprintf("%.12g", s.threshold)}
			assert.Equal(t, want, got, nabProfiles[k].name)
		}
	})
	t.Run("EWMA", func(t *testing.T) {
		scores := nabEWMA().rate(files)
		for k, want := range []string{"35.38", "26.54", "43.28"} {
			s := newNABSweep(nabProfiles[k], files, scores).best()
			assert.Equal(t, want, fmt.Sprintf("%.2f", s.score), nabProfiles[k].name)
		}
	})
}

// equalWorth compares what a detection at each row is worth with what the
// benchmark's scorer wrote beside its results.
func equalWorth(t *testing.T, f *nabFile, profile nabProfile, published []float64) {
	t.Helper()
	require.Len(t, published, f.rows(), f.name)
	for row, want := range published {
		got, window := f.worth(row)
		if window < 0 {
			got *= profile.falseAlarm
		}
		if math.Abs(got-want) > 1e-12 {
			require.Failf(t, "not the published worth", "%s, row %d, %s: %v, want %v", f.name, row, profile.name, got, want)
		}
	}
}

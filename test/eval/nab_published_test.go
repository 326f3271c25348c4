package eval

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// nabPublished are the benchmark's published results of a detector for a file, with
// what its own scorer has a detection at each row worth, by profile.
type nabPublished struct {
	scores []float64
	worth  map[string][]float64
}

var nabColumns = map[string]string{
	"standard":      "S(t)_standard",
	"reward low FP": "S(t)_reward_low_FP_rate",
	"reward low FN": "S(t)_reward_low_FN_rate",
}

// windowedGaussian are the published results of that detector.
func windowedGaussian(t *testing.T, files []nabFile) []nabPublished {
	t.Helper()
	all := make([]nabPublished, len(files))
	for k := range files {
		all[k] = readPublished(t, "windowedGaussian", files[k].name)
		require.Len(t, all[k].scores, files[k].rows(), files[k].name)
	}
	return all
}

func publishedScores(all []nabPublished) [][]float64 {
	scores := make([][]float64, len(all))
	for k := range all {
		scores[k] = all[k].scores
	}
	return scores
}

func readPublished(t *testing.T, detector, name string) nabPublished {
	t.Helper()
	path := filepath.Join(nabFolder(t), "results", detector, filepath.Dir(name), detector+"_"+filepath.Base(name))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	column := func(title string) []float64 {
		k := slices.Index(rows[0], title)
		require.GreaterOrEqual(t, k, 0, "%s has no column %s", path, title)
		values := make([]float64, len(rows)-1)
		for n, row := range rows[1:] {
			values[n], err = strconv.ParseFloat(row[k], 64)
			require.NoError(t, err)
		}
		return values
	}
	p := nabPublished{scores: column("anomaly_score"), worth: map[string][]float64{}}
	for profile, title := range nabColumns {
		p.worth[profile] = column(title)
	}
	return p
}

package eval

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/test/harness"
)

// labelled is one judged sample of a file of the benchmark.
type labelled struct {
	score    float64 // |z|, 0 while inside of what was learnt
	anomaly  bool    // it lies in a labelled window
	detected bool    // its chance is at most one in a thousand
}

// TestNAB runs the base model over the Numenta Anomaly Benchmark's files, each
// once from its beginning. Its windows are wide and its labels coarse, so the
// floor is modest: chances in windows rank below others, most windows have one
// below one in a thousand, and few values outside of windows have.
func TestNAB(t *testing.T) {
	dir := filepath.Join(harness.Root(t), "..", "shared", "data", "nab")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no labelled data: %v", err)
	}
	var windows map[string][][2]string
	text, err := os.ReadFile(filepath.Join(dir, "windows.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &windows))

	var aucs []float64
	hits, misses, falseAlarms, inWindows, samples := 0, 0, 0, 0, 0
	for _, name := range sortedKeys(windows) {
		all, found := judge(t, filepath.Join(dir, "data", name), windows[name])
		hits += found
		misses += len(windows[name]) - found
		for _, l := range all {
			samples++
			switch {
			case l.anomaly:
				inWindows++
			case l.detected:
				falseAlarms++
			}
		}
		if a, ok := auc(all); ok {
			aucs = append(aucs, a)
		}
	}
	mean := 0.0
	for _, a := range aucs {
		mean += a / float64(len(aucs))
	}
	perThousand := 1000 * float64(falseAlarms) / float64(samples-inWindows)
	t.Logf("%d files, %d samples: mean AUC %.3f; %d of %d windows found; %.2f strange ones in a thousand samples outside of windows",
		len(windows), samples, mean, hits, hits+misses, perThousand)
	assert.Greater(t, mean, 0.5, "the scores rank no better than chance")
	assert.Greater(t, hits, misses, "most windows are missed")
	assert.Less(t, perThousand, 20.0, "the detector cries wolf")
}

// judge runs a file, and tells in how many windows something strange was seen. The first
// 15 % (at most 750 rows) are probation, as in the benchmark's own rules.
func judge(t *testing.T, path string, windows [][2]string) (all []labelled, found int) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	rows = rows[1:]
	probation := min(len(rows)*15/100, 750)
	watch := detector.Watch{Model: detector.NewDefaultEWMA()}
	seen := make([]bool, len(windows))
	for n, row := range rows {
		at, err := time.Parse("2006-01-02 15:04:05", row[0])
		require.NoError(t, err)
		x, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		v := watch.Step(detector.Sample{Time: at.UnixNano(), Value: x})
		if n < probation {
			continue
		}
		l := labelled{score: 1 - v.Chance, detected: v.Chance <= 1e-3}
		for k, w := range windows {
			if within(t, at, w) {
				l.anomaly = true
				seen[k] = seen[k] || l.detected
			}
		}
		all = append(all, l)
	}
	for _, s := range seen {
		if s {
			found++
		}
	}
	return all, found
}

func within(t *testing.T, at time.Time, window [2]string) bool {
	t.Helper()
	const layout = "2006-01-02 15:04:05.000000"
	from, err := time.Parse(layout, window[0])
	require.NoError(t, err)
	to, err := time.Parse(layout, window[1])
	require.NoError(t, err)
	return !at.Before(from) && !at.After(to)
}

// auc is the chance that a sample in a window scores above one outside, ties
// counting half; there is none without both sorts.
func auc(all []labelled) (float64, bool) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b labelled) int { return cmp.Compare(a.score, b.score) })
	rankSum, positives := 0.0, 0
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && sorted[j].score == sorted[i].score {
			j++
		}
		for k := i; k < j; k++ {
			if sorted[k].anomaly {
				rankSum += float64(i+j+1) / 2 // mean rank of the ties, from 1
				positives++
			}
		}
		i = j
	}
	negatives := len(sorted) - positives
	if positives == 0 || negatives == 0 {
		return 0, false
	}
	p := float64(positives)
	return (rankSum - p*(p+1)/2) / (p * float64(negatives)), true
}

func sortedKeys(m map[string][][2]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

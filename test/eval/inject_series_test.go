package eval

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/test/harness"
)

// realSeries is a recorded series into which events are put.
type realSeries struct {
	name     string
	times    []int64
	values   []float64
	labelled []bool  // in a window that the benchmark calls anomalous
	decimals int     // that its values have at most
	sigma    float64 // half the distance from the 16 % to the 84 % quantile
}

// readSeries reads the benchmark's series, half of them unless the whole is
// measured; the test is skipped without them.
func readSeries(t *testing.T) []realSeries {
	t.Helper()
	dir := filepath.Join(harness.Root(t), "..", "shared", "data", "nab")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real series to put events into: %v", err)
	}
	var windows map[string][][2]string
	text, err := os.ReadFile(filepath.Join(dir, "windows.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &windows))
	var all []realSeries
	for k, name := range sortedKeys(windows) {
		if k%2 == 1 && !wholeEval() {
			continue
		}
		all = append(all, readOne(t, filepath.Join(dir, "data", name), name, windows[name]))
	}
	require.NotEmpty(t, all)
	return all
}

func readOne(t *testing.T, path, name string, windows [][2]string) realSeries {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	s := realSeries{name: name}
	var spans [][2]int64
	for _, w := range windows {
		spans = append(spans, [2]int64{unixNano(t, w[0]), unixNano(t, w[1])})
	}
	for _, row := range rows[1:] {
		at := unixNano(t, row[0])
		x, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		if _, fraction, ok := strings.Cut(row[1], "."); ok {
			s.decimals = max(s.decimals, len(strings.TrimRight(fraction, "0")))
		}
		s.times, s.values = append(s.times, at), append(s.values, x)
		s.labelled = append(s.labelled, slices.ContainsFunc(spans, func(w [2]int64) bool { return at >= w[0] && at <= w[1] }))
	}
	sorted := slices.Sorted(slices.Values(s.values))
	n := len(sorted)
	s.sigma = (sorted[n*84/100] - sorted[n*16/100]) / 2
	return s
}

// unixNano reads a time with or without a fraction of a second.
func unixNano(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05", text)
	require.NoError(t, err)
	return at.UnixNano()
}

func (s *realSeries) sample(row int, value float64) detector.Sample {
	return detector.Sample{Time: s.times[row], Value: value}
}

// rounded gives a value the decimals of the series, lest they give an event away.
func (s *realSeries) rounded(x float64) float64 {
	power := math.Pow(10, float64(s.decimals))
	if r := math.Round(x*power) / power; !math.IsNaN(r) && !math.IsInf(r, 0) {
		return r
	}
	return x
}

// warmRow is from where on the untouched series counts: all learn before.
func warmRow(rows int) int { return rows * 3 / 10 }

package eval

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// nabFile is a series of the Numenta Anomaly Benchmark with its labels.
type nabFile struct {
	realSeries
	windows []rowSpan // in order, and apart
}

// rowSpan is a labelled window: its first and its last row.
type rowSpan struct{ first, last int }

// rows is how many rows the file has.
func (f *nabFile) rows() int { return len(f.values) }

// probation is how many rows at the start do not count: 15 % of the file, of a
// long one as many as 5000 rows give.
func (f *nabFile) probation() int { return min(f.rows(), 5000) * 15 / 100 }

// findable counts the windows that do not end in the probation.
func (f *nabFile) findable() (n int) {
	for _, w := range f.windows {
		if w.last >= f.probation() {
			n++
		}
	}
	return n
}

// readNAB reads the benchmark's files; the test is skipped without them.
func readNAB(t *testing.T) []nabFile {
	t.Helper()
	dir := nabFolder(t)
	var windows map[string][][2]string
	text, err := os.ReadFile(filepath.Join(dir, "windows.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &windows))
	var files []nabFile
	for _, name := range sortedKeys(windows) {
		f := nabFile{realSeries: readOne(t, filepath.Join(dir, "data", name), name, windows[name])}
		for _, w := range windows[name] {
			f.windows = append(f.windows, f.span(t, w))
		}
		files = append(files, f)
	}
	require.NotEmpty(t, files)
	return files
}

func nabFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(harness.Root(t), "..", "shared", "data", "nab")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no labelled data: %v", err)
	}
	return dir
}

// span finds the rows of a window's ends. Where clocks were set back a time comes
// twice, and the first one is meant.
func (f *nabFile) span(t *testing.T, window [2]string) rowSpan {
	t.Helper()
	s := rowSpan{slices.Index(f.times, unixNano(t, window[0])), slices.Index(f.times, unixNano(t, window[1]))}
	require.GreaterOrEqual(t, s.first, 0, "%s: no row at %s", f.name, window[0])
	require.Greater(t, s.last, s.first, "%s: no window until %s", f.name, window[1])
	return s
}

func sortedKeys(m map[string][][2]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

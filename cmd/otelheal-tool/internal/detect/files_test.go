package detect

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFile(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	text := strings.Replace(noisyCSV(1200, 1), "timestamp,value\n",
		"timestamp,value,unit\n2025-12-31 23:00:00,100,ms\nyesterday,\x1b[31mred\n2025-12-31 23:01:00,lots\n2025-12-31 23:02:00,NaN\n2025-12-31 22:00:00,1\n2025-12-31 23:02:00,100\n2025-12-31 23:02:00,100\n", 1)
	in := write(t, filepath.Join(dir, "cpu.csv"), text)
	said, err := run(t, in, "--out", out)
	require.NoError(t, err)

	assert.Contains(t, said, "1202 values from 2025-12-31 23:00:00 to 2026-01-01 19:59:00")
	assert.Contains(t, said, "taken for a gauge")
	assert.Contains(t, said, "columns after the second are ignored")
	assert.Contains(t, said, "skipped: 1 without a value, 2 unreadable, 1 back in time, 1 of the same time")
	assert.Contains(t, said, "cpu.csv:3: the timestamp must be")
	assert.Contains(t, said, `"yesterday,·[31mred"`)
	assert.Contains(t, said, "cpu.csv:4: the value must be a number")
	assert.Contains(t, said, "cpu.csv:6: time goes backwards")
	assert.Contains(t, said, "2026-01-01 15:00:00", "the outage began then")
	assert.NotContains(t, said, "\x1b")
	for _, line := range strings.Split(said, "\n") {
		if !strings.Contains(line, dir) && !strings.Contains(line, out) { // paths stay whole
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
		}
	}

	rows := scores(t, filepath.Join(out, "cpu.scores.csv"))
	require.Len(t, rows, 1202)
	assert.Equal(t, "2025-12-31T23:00:00Z", rows[0]["timestamp"])
	assert.Equal(t, "learning", rows[0]["phase"])
	assert.Equal(t, "1", rows[0]["chance"])
	inOutage := 0
	for k := 902; k < 908; k++ {
		assert.Equal(t, "1", rows[k]["value"])
		if rows[k]["anomaly"] == "1" {
			inOutage++
		}
	}
	assert.GreaterOrEqual(t, inOutage, 3)
	calm := rows[880]
	low, high, expected := number(t, calm["low"]), number(t, calm["high"]), number(t, calm["expected"])
	assert.InDelta(t, 100, expected, 5)
	assert.InDelta(t, expected, (low+high)/2, 1e-6)
	assert.Equal(t, "0", calm["anomaly"])

	page, err := os.ReadFile(filepath.Join(out, "cpu.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "2026-01-01 15:00:00")
	assert.Less(t, len(page), 300_000)
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

func scores(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "timestamp,value,expected,low,high,score,chance,phase,shape,anomaly", strings.Join(all[0], ","))
	rows := make([]map[string]string, len(all)-1)
	for k, r := range all[1:] {
		rows[k] = map[string]string{}
		for i, name := range all[0] {
			rows[k][name] = r[i]
		}
	}
	return rows
}

func answer(series ...string) string {
	return `{"status":"success","data":{"resultType":"matrix","result":[` + strings.Join(series, ",") + `]}}`
}

func matrixSeries(labels string, n int, value func(int) float64) string {
	var b strings.Builder
	b.WriteString(`{"metric":` + labels + `,"values":[`)
	for k := range n {
		if k > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `[%d,"%g"]`, 1767225600+15*k, value(k))
	}
	return b.String() + "]}"
}

func TestAnswerOfPrometheus(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	in := write(t, filepath.Join(dir, "range.json"), answer(
		matrixSeries(`{"__name__":"requests_total","path":"/<script>alert(1)</script>/../../etc"}`, 400, func(k int) float64 { return 1000 + 30*float64(k) }),
		matrixSeries(`{"__name__":"depth"}`, 400, func(k int) float64 {
			if k >= 300 && k < 320 {
				return 50
			}
			return 5 + float64(k%3)
		}),
	))
	said, err := run(t, in, "--out", out)
	require.NoError(t, err)
	assert.Contains(t, said, "2 series, 1 of them without any anomaly")
	assert.Contains(t, said, "depth")
	files, err := os.ReadDir(out)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	assert.Equal(t, []string{"range-1.scores.csv", "range-2.scores.csv", "range.html"}, names, "no label is part of a name")
	rows := scores(t, filepath.Join(out, "range-1.scores.csv"))
	require.Len(t, rows, 400)
	assert.Empty(t, rows[0]["value"], "a counter's first point has no increase")
	assert.Equal(t, "2", rows[399]["value"], "30 in 15 s")
	page, err := os.ReadFile(filepath.Join(out, "range.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "taken for a counter")
	assert.NotContains(t, string(page), "<script")
}

func TestSettingsTakeEffect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := write(t, filepath.Join(dir, "cpu.csv"), noisyCSV(1200, 1))
	said, err := run(t, in, "--out", t.TempDir(), "--direction", "up")
	require.NoError(t, err)
	assert.NotContains(t, said, "2026-01-01 15:00:00", "an outage is no rise")
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	good := write(t, filepath.Join(dir, "good.csv"), noisyCSV(100, 1))
	again := write(t, filepath.Join(dir, "more", "good.csv"), noisyCSV(100, 1))
	bad := write(t, filepath.Join(dir, "bad.json"), `{"status":"error","errorType":"timeout","error":"too slow"}`)
	empty := write(t, filepath.Join(dir, "empty.csv"), "")
	said, err := run(t, filepath.Join(dir, "absent.csv"), bad, good, again, empty, "--out", out)
	require.ErrorContains(t, err, "absent.csv")
	require.ErrorContains(t, err, "timeout: too slow")
	assert.Contains(t, said, "good.csv: ")
	assert.Contains(t, said, "no values")
	assert.FileExists(t, filepath.Join(out, "good.scores.csv"))
	assert.FileExists(t, filepath.Join(out, "good-2.scores.csv"), "no file takes another's place")
}

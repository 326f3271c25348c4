package detect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
)

// run runs the command and returns what it printed.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := New()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// noisyCSV is CSV of noise around 100 with an outage at row 900.
func noisyCSV(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var b strings.Builder
	b.WriteString("timestamp,value\n")
	for k := range n {
		v := 100 + 3*r.NormFloat64()
		if k >= 900 && k < 906 {
			v = 1
		}
		fmt.Fprintf(&b, "%s,%s\n", at.Add(time.Duration(k)*time.Minute).Format(time.DateTime), strconv.FormatFloat(v, 'g', -1, 64))
	}
	return b.String()
}

func TestNAB(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	first, second := noisyCSV(1200, 1), noisyCSV(1200, 2)
	write(t, filepath.Join(dir, "real", "a.csv"), first)
	write(t, filepath.Join(dir, "real", "b.csv"), second)
	write(t, filepath.Join(dir, "odd", "c.csv"),
		"timestamp,value\r\n2026-01-01 00:00:00, 1.50 \r\nnever,2\r\n2026-01-01 00:01:00,NaN\r\n\r\n2025-01-01 00:00:00,3\r\n2026-01-01 00:02:00,0.1")
	text, err := run(t, "--nab", dir, "--out", out)
	require.NoError(t, err)
	assert.Contains(t, text, "2406 rows of 3 files")

	got := results(t, filepath.Join(out, "real", "otelheal_a.csv"))
	require.Len(t, got, 1200)
	for k, line := range strings.Split(strings.TrimSpace(first), "\n")[1:] {
		f := got[k]
		assert.Equal(t, line, f[0]+","+f[1], "rows are echoed")
		score, err := strconv.ParseFloat(f[2], 64)
		require.NoError(t, err)
		assert.True(t, score >= 0 && score <= 1)
		assert.Equal(t, "0", f[3])
	}
	outage, _ := strconv.ParseFloat(got[901][2], 64)
	calm, _ := strconv.ParseFloat(got[890][2], 64)
	assert.Greater(t, outage, 0.99)
	assert.Greater(t, outage, calm)

	odd := results(t, filepath.Join(out, "odd", "otelheal_c.csv"))
	require.Len(t, odd, 6)
	assert.Equal(t, []string{"2026-01-01 00:00:00", " 1.50 ", "0", "0"}, odd[0])
	assert.Equal(t, []string{"never", "2", "0", "0"}, odd[1])
	assert.Equal(t, []string{"", "", "0", "0"}, odd[3])

	// A file alone is scored as it was among others.
	alone, onlyOut := t.TempDir(), t.TempDir()
	write(t, filepath.Join(alone, "x", "b.csv"), second)
	_, err = run(t, "--nab", alone, "--out", onlyOut)
	require.NoError(t, err)
	assert.Equal(t, results(t, filepath.Join(out, "real", "otelheal_b.csv")), results(t, filepath.Join(onlyOut, "x", "otelheal_b.csv")))
}

func results(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	require.Equal(t, "timestamp,value,anomaly_score,label", lines[0])
	rows := make([][]string, len(lines)-1)
	for k, l := range lines[1:] {
		rows[k] = strings.Split(l, ",")
		require.Len(t, rows[k], 4)
	}
	return rows
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"name at least one FILE":          {},
		"exclude each other":              {"--nab", t.TempDir(), "x.csv"},
		"found none in":                   {"--nab", t.TempDir()},
		"open `--nab`":                    {"--nab", filepath.Join(t.TempDir(), "absent")},
		"`threshold` must be above 0":     {"--threshold", "-1", "x.csv"},
		"auto, gauge or counter":          {"--type", "sum", "x.csv"},
		"must be a duration":              {"--half-life", "long", "x.csv"},
		"`--processor` names a processor": {"--processor", "anomaly/2", "x.csv"},
	} {
		_, err := run(t, args...)
		assert.ErrorContains(t, err, want)
	}
}

func BenchmarkNAB(b *testing.B) {
	dir, out := b.TempDir(), b.TempDir()
	text := []byte(noisyCSV(20_000, 1))
	for k := range 8 {
		require.NoError(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.csv", k)), text, 0o644))
	}
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		_, n, err := nab(b.Context(), dir, out, settings.Default().Model.Watch(1e-4), 0)
		require.NoError(b, err)
		rows += n
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
}

package rules

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
)

func runCommand(t *testing.T, args ...string) (string, error) {
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

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestExample runs what a user is told to copy.
func TestExample(t *testing.T) {
	t.Parallel()
	said, err := runCommand(t, filepath.Join("..", "..", "..", "..", "examples", "detector", "rules.yaml"))
	require.NoError(t, err, said)
	assert.Contains(t, said, "6 passed, 0 failed")
	for _, line := range strings.Split(said, "\n") {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
	}
}

const jump = `
- name: JUMP
  series: ["50 ±1 x300", "400 ±1 x10", "50 ±1 x20"]
  interval: 1m
  expect: `

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		expect string
		said   string // empty: it passes
	}{
		"found":                {"[{from: 5h, to: 5h3m}]", ""},
		"found, by its time":   {"[{from: 2026-01-01T05:00:00Z, to: 2026-01-01 05:03:00}]", ""},
		"too early":            {"[{from: 4h, to: 4h59m}]", "missed: an anomaly raised from 2026-01-01 04:00:00 to"},
		"something unexpected": {"none", "not expected: "},
		"one too many":         {"[{from: 5h, to: 5h3m}, {from: 5h28m, to: 5h29m}]", "missed: an anomaly raised from 2026-01-01 05:28:00"},
		"of another shape":     {"[{shape: flat, from: 5h, to: 5h3m}]", "missed: flat raised"},
	} {
		said, err := runCommand(t, file(t, jump+c.expect))
		if c.said == "" {
			require.NoError(t, err, "%s: %s", name, said)
			assert.Contains(t, said, "ok    JUMP")
			assert.Contains(t, said, "1 passed, 0 failed")
			continue
		}
		require.ErrorContains(t, err, "1 of 1 cases failed", name)
		assert.Contains(t, said, "FAIL  JUMP", name)
		assert.Contains(t, strings.Join(strings.Fields(said), " "), c.said, name)
	}
}

// TestTooShort: a case that could not fail is none.
func TestTooShort(t *testing.T) {
	t.Parallel()
	said, err := runCommand(t, file(t, `[{name: short, series: [1, 2, 3], interval: 1m, expect: none}]`))
	require.Error(t, err)
	assert.Contains(t, said, "nothing was judged")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	text := strings.Replace(jump, "  interval", "  settings: {direction: down}\n  interval", 1)
	said, err := runCommand(t, file(t, text+"[{from: 5h, to: 5h3m}]"))
	require.Error(t, err)
	assert.Contains(t, said, "missed")
	_, err = runCommand(t, file(t, jump+"none"), "--direction", "down")
	assert.NotContains(t, said, "400", err)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	one := func(body string) string { return "- {name: X, " + body + "}" }
	for text, want := range map[string]string{
		"{}":                      "must be a list of cases",
		"[]":                      "found none",
		"- {series: [1]}":         "`name` must say",
		one("serie: [1]"):         "serie",
		one("series: 5"):          "`series` must be a CSV file or a list",
		one("series: absent.csv"): "absent.csv",
		one("series: [1, 2]"):     "`interval` must be above 0s",
		one("series: [], interval: 1m, expect: none"):                             "`series` must have values",
		one("series: [many], interval: 1m, expect: none"):                         "`series::0`: must be a number",
		one("series: ['1 x0'], interval: 1m, expect: none"):                       "must be a number",
		one("series: ['1 x9000000'], interval: 1m, expect: none"):                 "must be a number",
		one("series: [1], interval: 1m, expect: nothing"):                         "`expect` must be `none`",
		one("series: [1], interval: 1m, expect: []"):                              "`expect` must be `none`",
		one("series: [1], interval: 1m"):                                          "`expect` must be `none`",
		one("series: [1], interval: 1m, expect: [{shape: bump}]"):                 "`shape` must be one of spike",
		one("series: [1], interval: 1m, expect: [{from: 1m}]"):                    "`to` must be a time",
		one("series: [1], interval: 1m, expect: [{from: 2m, to: 1m}]"):            "must not be before",
		one("series: [1], interval: 1m, expect: none, settings: {treshold: 1}"):   "treshold",
		one("series: [1], interval: 1m, expect: none, settings: {threshold: -1}"): "`threshold` must be",
		one("series: [1], interval: 1m, start: 5m, expect: [5]"):                  "must be such as",
		one("series: [1], interval: 1m, type: sum, expect: none"):                 "auto, gauge or counter",
	} {
		_, err := runCommand(t, file(t, text))
		assert.ErrorContains(t, err, want, text)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	_, err := runCommand(t, file(t, "- {name: first, series: 5}\n- {name: second, series: 6}"))
	assert.ErrorContains(t, err, `case 1 ("first")`)
	assert.ErrorContains(t, err, `case 2 ("second")`)
}

func TestValues(t *testing.T) {
	t.Parallel()
	rules, err := load(file(t, `
- name: all sorts
  series: [1, 2.5, null, "7 x2", "100 ±3 x500", "100 +-3 x500", nan]
  interval: 10s
  start: 2026-03-01 00:00:00
  expect: none
`), settings.Default())
	require.NoError(t, err)
	p := rules[0].points
	require.Len(t, p, 1006)
	assert.Equal(t, []float64{1, 2.5}, []float64{p[0].Value, p[1].Value})
	assert.True(t, math.IsNaN(p[2].Value))
	assert.True(t, math.IsNaN(p[1005].Value))
	assert.Equal(t, 7., p[4].Value)
	assert.Equal(t, time.Date(2026, 3, 1, 0, 0, 40, 0, time.UTC).UnixNano(), p[4].Time)
	sum, squares := 0., 0.
	for _, x := range p[5:1005] {
		sum += x.Value
		squares += (x.Value - 100) * (x.Value - 100)
	}
	assert.InDelta(t, 100, sum/1000, 0.5)
	assert.InDelta(t, 3, math.Sqrt(squares/1000), 0.3)
}

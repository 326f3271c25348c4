package settings

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

func parse(t *testing.T, args ...string) (*anomalyprocessor.Config, error) {
	t.Helper()
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	s := Bind(f)
	require.NoError(t, f.Parse(args))
	return s.Config()
}

func TestFlagsAreTheProcessorsKeys(t *testing.T) {
	t.Parallel()
	c, err := parse(t)
	require.NoError(t, err)
	assert.Equal(t, Default(), c)

	c, err = parse(t, "--threshold", "4.5", "--consecutive=3", "--half-life", "10m", "--warm-up", "1m", "--min-samples", "30",
		"--min-deviation-absolute", "2", "--min-deviation-relative", "0", "--direction", "up", "--adopt-after", "0s",
		"--chance", "0.001", "--ignore", "motion, flat", "--false-incidents-per-week", "2")
	require.NoError(t, err)
	m := c.Model
	assert.Equal(t, 2., c.FalseIncidentsPerWeek)
	assert.Equal(t, 0.001, m.Chance)
	assert.Equal(t, []string{"motion", "flat"}, m.Ignore)
	assert.Equal(t, 4.5, m.Threshold)
	assert.Equal(t, 3, m.Consecutive)
	assert.Equal(t, 10*time.Minute, m.HalfLife)
	assert.Equal(t, time.Minute, m.WarmUp)
	assert.Equal(t, 30, m.MinSamples)
	assert.Equal(t, anomalyprocessor.DeviationConfig{Absolute: 2}, m.MinDeviation)
	assert.Equal(t, anomalyprocessor.DirectionUp, m.Direction)
	assert.Zero(t, m.AdoptAfter)
}

// TestEveryKeyCanBeSet fails if the processor gets a key of a sort that flags
// cannot take.
func TestEveryKeyCanBeSet(t *testing.T) {
	t.Parallel()
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	Bind(f)
	n := 0
	f.VisitAll(func(x *pflag.Flag) {
		n++
		assert.NoError(t, f.Set(x.Name, x.Value.String()), x.Name)
	})
	assert.Greater(t, n, 8)
}

const collector = `
receivers: {nop: {}}
processors:
  batch:
  anomaly:
  anomaly/slow:
    half_life: 1h
    warm_up: ${env:OTELHEAL_TEST_WARM_UP:-2m}
    exclude: ["go.*"]
    overrides:
      - metrics: ["*.memory"]
        threshold: 6
exporters: {nop: {}}
`

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "collector.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestConfigFile(t *testing.T) {
	t.Parallel()
	path := file(t, collector)
	c, err := parse(t, "--config", path, "--processor", "anomaly/slow")
	require.NoError(t, err)
	assert.Equal(t, time.Hour, c.Model.HalfLife)
	assert.Equal(t, 2*time.Minute, c.Model.WarmUp)
	m, judged := c.Settings("process.memory")
	assert.True(t, judged)
	assert.Equal(t, 6., m.Threshold)
	_, judged = c.Settings("go.gc")
	assert.False(t, judged)

	c, err = parse(t, "--config", path, "--processor", "anomaly/slow", "--threshold", "5")
	require.NoError(t, err)
	m, _ = c.Settings("process.memory")
	assert.Equal(t, 5., m.Threshold, "the command line wins")
	assert.Equal(t, time.Hour, m.HalfLife)

	c, err = parse(t, "--config", path, "--processor", "anomaly")
	require.NoError(t, err)
	assert.Equal(t, Default(), c)
}

func TestConfigFileErrors(t *testing.T) {
	t.Parallel()
	path := file(t, collector)
	for want, args := range map[string][]string{
		"`--processor` must name one of anomaly, anomaly/slow": {"--config", path},
		"`--processor` must be one of":                         {"--config", path, "--processor", "anomaly/x"},
		"has no `anomaly` processor":                           {"--config", file(t, "receivers: {}")},
		"read `--config`":                                      {"--config", filepath.Join(t.TempDir(), "absent.yaml")},
		"treshold":                                             {"--config", file(t, "processors: {anomaly: {treshold: 3}}")},
		"`threshold` must be":                                  {"--config", file(t, "processors: {anomaly: {threshold: -3}}")},
	} {
		_, err := parse(t, args...)
		assert.ErrorContains(t, err, want)
	}
}

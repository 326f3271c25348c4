package anomalyprocessor

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func load(t *testing.T, yaml string) (*Config, error) {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestConfigErrorsNameKeyRuleAndValue(t *testing.T) {
	cases := map[string][]string{
		"threshold: 0":                                 {"`threshold`", "above 0", "found 0"},
		"consecutive: 0":                               {"`consecutive`", "from 1 to 100", "found 0"},
		"half_life: 1ms":                               {"`half_life`", "at least 1s", "found 1ms"},
		"warm_up: 10m":                                 {"`warm_up`", "`half_life` (5m0s)", "found 10m0s"},
		"min_samples: 100":                             {"`min_samples`", "from 2 to 60", "found 100"},
		"min_deviation: {relative: -1}":                {"`min_deviation::relative`", "found -1"},
		"min_deviation: {absolute: -1}":                {"`min_deviation::absolute`", "found -1"},
		"direction: sideways":                          {"`direction`", "both, up or down", `"sideways"`},
		"adopt_after: -1s":                             {"`adopt_after`", "found -1s"},
		"include: ['/(/']":                             {"`include::0`", "between slashes"},
		"exclude: ['']":                                {"`exclude::0`", "is empty"},
		"max_series: 0":                                {"`max_series`", "found 0"},
		"idle_timeout: 1s":                             {"`idle_timeout`", "at least 1m", "found 1s"},
		"snapshot_interval: 0s":                        {"`snapshot_interval`", "found 0s"},
		"emit: some":                                   {"`emit`", "active, transitions or all", `"some"`},
		"overrides: [{threshold: 4}]":                  {"`overrides::0::metrics`", "found none"},
		"overrides: [{metrics: [a], consecutive: -1}]": {"`overrides::0::consecutive`", "found -1"},
		"{threshold: -1, max_series: -2}":              {"`threshold`", "`max_series`"}, // all at once
	}
	for yaml, wants := range cases {
		t.Run(yaml, func(t *testing.T) {
			_, err := load(t, yaml)
			require.Error(t, err)
			for _, want := range wants {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestUnknownKeyIsRefused(t *testing.T) {
	_, err := load(t, "treshold: 3")
	assert.ErrorContains(t, err, "treshold")
}

// TestReadmeBlocks loads every YAML block of the page.
func TestReadmeBlocks(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		retrieved, err := confmap.NewRetrievedFromYAML([]byte(b[1]))
		require.NoError(t, err)
		conf, err := retrieved.AsConf()
		require.NoError(t, err)
		sub, err := conf.Sub("processors::anomaly")
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg))
		require.NoError(t, confmap.Validate(cfg))
	}
}

// TestReadmeNamesEveryKey keeps the table whole.
func TestReadmeNamesEveryKey(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	conf := confmap.New()
	require.NoError(t, conf.Marshal(createDefaultConfig()))
	for _, key := range conf.AllKeys() {
		if strings.HasPrefix(key, "min_deviation") || strings.HasPrefix(key, "groups") {
			key = strings.ReplaceAll(key, "::", ".")
		}
		assert.Contains(t, string(page), "| `"+key+"` |")
	}
}

func TestPlansAndOverrides(t *testing.T) {
	cfg, err := load(t, `
include: ["http.*", "/^queue/"]
exclude: ["http.client.*"]
overrides:
  - {metrics: ["http.server.*"], threshold: 5, half_life: 10m, direction: up}
`)
	require.NoError(t, err)
	p := newPlans(cfg)
	assert.True(t, p.of("cpu").plan.skip)
	assert.True(t, p.of("http.client.duration").plan.skip)
	assert.False(t, p.of("queue_length").plan.skip)
	assert.InDelta(t, 3, p.of("queue_length").plan.value.Threshold, 0)
	server := p.of("http.server.duration").plan
	assert.InDelta(t, 5, server.value.Threshold, 0)
	assert.Equal(t, 10*time.Minute, server.value.HalfLife)
	assert.Same(t, server, p.of("http.server.duration").plan)
	assert.True(t, p.of("http.server.errors").plan.errors)
	assert.False(t, server.errors)
}

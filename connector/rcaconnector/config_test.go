package rcaconnector

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

// load reads the rca block of a YAML document.
func load(t *testing.T, yaml string) *Config {
	r, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := r.AsConf()
	require.NoError(t, err)
	sub, err := conf.Sub("connectors::rca")
	require.NoError(t, err)
	cfg := defaultConfig()
	require.NoError(t, sub.Unmarshal(cfg))
	return cfg
}

func TestREADMEBlocksLoad(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := strings.Split(string(readme), "```yaml\n")[1:]
	require.Len(t, blocks, 4)
	for _, b := range blocks {
		b, _, _ = strings.Cut(b, "```")
		assert.NoError(t, confmap.Validate(load(t, b)))
	}
}

func TestREADMENamesEveryKey(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for i := range reflect.TypeFor[Config]().NumField() {
		key := reflect.TypeFor[Config]().Field(i).Tag.Get("mapstructure")
		assert.Contains(t, string(readme), "| `"+key+"` |")
	}
}

func TestBadConfigTellsAllAtOnce(t *testing.T) {
	cfg := load(t, `
connectors:
  rca:
    settle: 0s
    resolve_after: 1s
    guard: 1s
    window: 1s
    min_samples: 0
    error_increase: 2
    latency_factor: 1
    max_memory_mib: 0
    trust_unsigned: [incident]
`)
	err := confmap.Validate(cfg)
	require.Error(t, err)
	for _, want := range []string{
		"`settle` must be above 0, found 0s", "`resolve_after` must be at least 5s", "`guard` must be at least `blip` + `settle`",
		"`window` must be between 1m and 24h, found 1s", "`min_samples`", "`error_increase`", "`latency_factor`",
		"`max_memory_mib` must be at least 1", `"incident"`,
	} {
		assert.ErrorContains(t, err, want)
	}
}

func TestBadLookupsAreRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		"{}":                                    "`endpoint` is missing",
		"{endpoint: loki:3100}":                 "`endpoint` must be a URL of http or https with a host",
		"{endpoint: 'http://me:hunter2@loki'}":  "must have no user and password",
		"{endpoint: 'http://loki/?query=x'}":    "must end with a host or a path",
		"{endpoint: 'http://loki', tenant: ..}": "`tenant` must have",
		"{endpoint: 'http://loki', headers: {X-Scope-OrgID: a}}":  "use `tenant`",
		"{endpoint: 'http://loki', selector: '{a=\"b\"} | json'}": "`selector` must be a LogQL selector",
		"{endpoint: 'http://loki', trace_id_in: label}":           "`trace_id_in` must be line or metadata, found \"label\"",
		"{endpoint: 'http://loki', timeout: 31s}":                 "`timeout` must be above 0 and at most 30s, found 31s",
		"{endpoint: 'http://loki', timeout: 0s}":                  "`timeout` must be above 0",
	} {
		err := confmap.Validate(load(t, "connectors: {rca: {logs_lookup: "+yaml+"}}"))
		require.Error(t, err, yaml)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "logs_lookup")
		assert.NotContains(t, err.Error(), "hunter2")
	}
	assert.False(t, defaultConfig().LogsLookup.HasValue(), "none unless asked for")
}

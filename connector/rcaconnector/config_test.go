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
	require.Len(t, blocks, 2)
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

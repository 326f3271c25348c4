// Package readme loads the YAML blocks of a component's README in tests, so
// that what people copy from there works.
package readme

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension"
)

// Check loads and validates every configuration of the factory's type in
// README.md, and returns them.
func Check(t *testing.T, f extension.Factory) []component.Config {
	t.Helper()
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var all []component.Config
	for i, part := range strings.Split(string(b), "```yaml\n") {
		block, _, closed := strings.Cut(part, "```")
		if i == 0 {
			continue
		}
		require.True(t, closed, "a block is not closed")
		retrieved, err := confmap.NewRetrievedFromYAML([]byte(block))
		require.NoError(t, err, block)
		conf, err := retrieved.AsConf()
		require.NoError(t, err, block)
		extensions, err := conf.Sub("extensions")
		require.NoError(t, err, block)
		for name := range extensions.ToStringMap() {
			var id component.ID
			require.NoError(t, id.UnmarshalText([]byte(name)))
			if id.Type() != f.Type() {
				continue
			}
			sub, err := extensions.Sub(name)
			require.NoError(t, err)
			cfg := f.CreateDefaultConfig()
			require.NoError(t, sub.Unmarshal(cfg), block)
			require.NoError(t, confmap.Validate(cfg), block)
			all = append(all, cfg)
		}
	}
	require.NotEmpty(t, all, "README.md shows no configuration of %s", f.Type())
	return all
}

package recoveryexporter

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

// Every YAML block of the page is a configuration of ours that loads.
func TestREADME(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		retrieved, err := confmap.NewRetrievedFromYAML(block[1])
		require.NoError(t, err)
		conf, err := retrieved.AsConf()
		require.NoError(t, err)
		exporters, err := conf.Sub("exporters")
		require.NoError(t, err)
		require.NotEmpty(t, exporters.ToStringMap())
		for id := range exporters.ToStringMap() {
			sub, err := exporters.Sub(id)
			require.NoError(t, err)
			cfg := NewFactory().CreateDefaultConfig()
			require.NoError(t, sub.Unmarshal(cfg), id)
			require.NoError(t, confmap.Validate(cfg), id)
		}
	}
}

package otelhealreceiver

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

func TestConfigValidate(t *testing.T) {
	assert.NoError(t, (&Config{Source: component.MustNewID("healer")}).Validate())
	assert.NoError(t, (&Config{Source: component.MustNewID("healer"), MACKey: "0123456789abcdef"}).Validate())
	err := (&Config{MACKey: "hunter2"}).Validate()
	assert.ErrorContains(t, err, "`source` is missing: name the healer extension")
	assert.ErrorContains(t, err, "`mac_key` must have at least 16 bytes, found 7", "all at once")
	assert.NotContains(t, err.Error(), "hunter2")
}

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
		receivers, err := conf.Sub("receivers")
		require.NoError(t, err)
		require.NotEmpty(t, receivers.ToStringMap())
		for id := range receivers.ToStringMap() {
			sub, err := receivers.Sub(id)
			require.NoError(t, err)
			cfg := NewFactory().CreateDefaultConfig()
			require.NoError(t, sub.Unmarshal(cfg), id)
			require.NoError(t, confmap.Validate(cfg), id)
		}
	}
	_, err = confmaptest.LoadConf("metadata.yaml")
	require.NoError(t, err)
}

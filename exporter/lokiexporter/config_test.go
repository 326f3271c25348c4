package lokiexporter

import (
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
)

func load(t *testing.T, conf *confmap.Conf) (*Config, error) {
	cfg := NewFactory().CreateDefaultConfig()
	require.NoError(t, conf.Unmarshal(cfg))
	return cfg.(*Config), confmap.Validate(cfg)
}

func TestConfigDefaults(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	require.True(t, cfg.Queue.HasValue())
	assert.Equal(t, 1, cfg.Queue.Get().NumConsumers)
	assert.True(t, cfg.Retry.Enabled)
}

func TestConfigFaults(t *testing.T) {
	file, err := confmaptest.LoadConf("testdata/bad.yaml")
	require.NoError(t, err)
	for id, want := range map[string][]string{
		"loki/nowhere": {"`endpoint` is missing: give Loki's push address"},
		"loki/path":    {"`endpoint` must have the path of Loki's push address, found \"http://127.0.0.1:3100\": add /loki/api/v1/push"},
		"loki/scheme":  {"`endpoint` must be a URL of http or https with a host, found \"loki:3100\""},
		"loki/user":    {"`endpoint` must have no user and password"},
		"loki/many": { // all at once
			"`tenant` must have 1 to 150 letters", "`headers::X-Scope-OrgID` must not be set: use `tenant`",
			"`record` has \"service_name\", which becomes the label service_name, as does \"service.name\"",
			"`static` has \"a-b\", which is no name of a label", "`static::c` must have 1 to 2048 bytes, found 0", "`resource` has an empty name",
		},
		"loki/labels": {"at most 15 labels are allowed, with service_name, found 17"},
	} {
		sub, err := file.Sub(id)
		require.NoError(t, err)
		_, err = load(t, sub)
		for _, w := range want {
			assert.ErrorContains(t, err, w, id)
		}
		assert.NotContains(t, fmt.Sprint(err), "hunter2")
	}
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
		sub, err := conf.Sub("exporters::loki")
		require.NoError(t, err)
		_, err = load(t, sub)
		require.NoError(t, err)
	}
}

func TestLabelOf(t *testing.T) {
	for attribute, want := range map[string]string{
		"service.name": "service_name", "k8s.pod.labels.app/x": "k8s_pod_labels_app_x", "2nd": "_2nd", "ünï": "_n_", "a": "a",
	} {
		assert.Equal(t, want, labelOf(attribute))
		assert.Regexp(t, labelName, labelOf(attribute))
	}
}

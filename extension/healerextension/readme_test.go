package healerextension

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func TestEveryBlockInTheReadmeLoads(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := yamlBlock.FindAllSubmatch(page, -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		raw, err := confmap.NewRetrievedFromYAML(b[1])
		require.NoError(t, err)
		conf, err := raw.AsConf()
		require.NoError(t, err)
		sub, err := conf.Sub("healer")
		require.NoError(t, err)
		_, err = decode(t, sub)
		assert.NoError(t, err, "%s", b[1])
	}
}

// Every key of ours is in the tables, and so is every metric.
func TestReadmeNamesEveryKeyAndMetric(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, key := range append(keys(reflect.TypeFor[Config](), ""), keys(reflect.TypeFor[JournalConfig](), "journal::")...) {
		assert.Contains(t, string(page), "`"+key)
	}
	for _, key := range keys(reflect.TypeFor[GuardrailsConfig](), "") {
		assert.Contains(t, string(page), "`"+key+"`")
	}
	source, err := os.ReadFile("metrics.go")
	require.NoError(t, err)
	names := regexp.MustCompile(`otelheal_healer_[a-z_]+`).FindAllString(string(source), -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		assert.Contains(t, string(page), "`"+name+"`")
	}
}

func keys(t reflect.Type, prefix string) (names []string) {
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("mapstructure"); tag != "" && !strings.HasPrefix(tag, ",") {
			names = append(names, prefix+tag)
		}
	}
	return names
}

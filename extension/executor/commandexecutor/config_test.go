package commandexecutor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func TestBadConfigurationsSayWhatToMend(t *testing.T) {
	for _, c := range []struct{ yaml, want string }{
		{`{}`, "`verbs` must list at least one verb"},
		{`{verbs: [{argv: [/bin/true]}]}`, "`verb` must be a word"},
		{`{verbs: [{verb: a}]}`, "`argv` must be a list"},
		{`{verbs: [{verb: a, argv: [reboot]}]}`, "`argv[0]` must be an absolute path"},
		{`{verbs: [{verb: a, argv: ["/bin/{service}"]}]}`, "`argv[0]` must be fixed"},
		{`{verbs: [{verb: a, argv: [/bin/x, "{host}"]}]}`, "unknown placeholder {host}"},
		{`{verbs: [{verb: a, argv: [/bin/sh, -c, "x {service}"]}]}`, "`argv[2]` must not hold {service}, as /bin/sh could run it"},
		{`{verbs: [{verb: a, argv: [/usr/bin/python3.11, "{param.x}"]}]}`, "as /usr/bin/python3.11 could run it"},
		{`{verbs: [{verb: a, argv: [/bin/true], timeout: 0s}]}`, "`timeout` must be above 0"},
		{`{verbs: [{verb: a, argv: [/bin/true], working_directory: x}]}`, "`working_directory` must be an absolute path"},
		{`{verbs: [{verb: a, argv: [/bin/true], environment: {"A B": x}}]}`, "`environment` must name variables"},
		{`{verbs: [{verb: a, argv: [/bin/true]}, {verb: a, argv: [/bin/true]}]}`, "`verbs[1]::verb` must be there once"},
	} {
		retrieved, err := confmap.NewRetrievedFromYAML([]byte(c.yaml))
		require.NoError(t, err)
		conf, err := retrieved.AsConf()
		require.NoError(t, err)
		cfg := createDefaultConfig()
		require.NoError(t, conf.Unmarshal(cfg), c.yaml)
		assert.ErrorContains(t, confmap.Validate(cfg), c.want, c.yaml)
	}
}

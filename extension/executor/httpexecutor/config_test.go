package httpexecutor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func TestBadConfigurationsSayWhatToMend(t *testing.T) {
	for _, c := range []struct{ yaml, want string }{
		{`{}`, "one of `verbs` and `alertmanager` must be set"},
		{`{client: {endpoint: "http://x"}, verbs: [{verb: a, url: "http://x/"}]}`, "`client::endpoint` must be empty"},
		{`{client: {timeout: 0s}, verbs: [{verb: a, url: "http://x/"}]}`, "`client::timeout` must be above 0"},
		{`{verbs: [{verb: a, url: "http://x/"}, {verb: a, url: "http://x/"}]}`, "`verbs[1]::verb` must be there once"},
		{`{verbs: [{verb: a, url: "ftp://x/"}]}`, "`url` must be http:// or https://"},
		{`{verbs: [{verb: a, url: "http://u:p@x/"}]}`, "must not hold credentials"},
		{`{verbs: [{verb: a, url: "http://x/{service}"}]}`, "`url` must be fixed"},
		{`{verbs: [{verb: a, url: "http://x/", method: GET}]}`, "`method` must be POST"},
		{`{verbs: [{url: "http://x/"}]}`, "`verb` must be a word"},
		{`{verbs: [{verb: a, url: "http://x/", headers: {if-match: x}}]}`, "must not hold if-match"},
		{`{verbs: [{verb: a, url: "http://x/", headers: {"a b": x}}]}`, "must have header names as keys"},
		{`{verbs: [{verb: a, url: "http://x/", expected_status: [404]}]}`, "`expected_status` must be 200 to 299"},
		{`{verbs: [{verb: a, url: "http://x/", targets: [{instance: i}]}]}`, "`service` must name"},
		{`{alertmanager: {endpoint: "x"}}`, "`endpoint` must be http://"},
		{`{alertmanager: {endpoint: "http://x", resolve_after: 1s}}`, "`resolve_after` must be at least 1m"},
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

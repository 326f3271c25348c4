package processexecutor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelheal/otelheal/extension/executor/internal/readme"
)

func load(t *testing.T, yaml string) *Config {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := createDefaultConfig()
	require.NoError(t, conf.Unmarshal(cfg), yaml)
	return cfg.(*Config)
}

func TestReadme(t *testing.T) {
	cfg := readme.Check(t, NewFactory())[0].(*Config)
	p := cfg.Programs[0]
	assert.Equal(t, 5*time.Second, p.StopTimeout, "an entry of a list has its defaults")
	probe := p.Instances[0].Probe.Get()
	assert.Equal(t, 2, probe.Failures)
	assert.Equal(t, time.Second, probe.Interval)
}

func TestBadConfigurationsSayWhatToMend(t *testing.T) {
	for _, c := range []struct{ program, want string }{
		{`service: a b`, "`service` must be a name"},
		{`namespace: ../x`, "`namespace` must be a name"},
		{`command: []`, "`command` must be a list"},
		{`command: [x]`, "`command[0]` must be an absolute path"},
		{`command: ["{release}/x"]`, "uses {release}, but `release` is empty"},
		{`command: [/x, "{host}"]`, "`command[1]` has an unknown placeholder {host}"},
		{`release: current`, "`release` must be the absolute path"},
		{`working_directory: x`, "`working_directory` must be an absolute path"},
		{`environment: {"A B": x}`, "`environment` must name environment variables"},
		{`environment: {OTELHEAL_UNIT: x}`, "not beginning with OTELHEAL_"},
		{`environment: {A: "{where}"}`, "`environment::A` has an unknown placeholder"},
		{`inherit_environment: ["*"]`, "`inherit_environment` must name"},
		{`stop_timeout: 0s`, "`stop_timeout` must be at least 1ms, found 0s"},
		{`start_timeout: -1s`, "`start_timeout` must be at least"},
		{`backoff: {initial: 2s, max: 1s}`, "`backoff::max` must be at least 2s, found 1s"},
		{`log_max_mib: 0`, "`log_max_mib` must be at least 1"},
		{`instances: []`, "`instances` must list at least one"},
		{`instances: [{id: ../x}]`, "`id` must be a name"},
		{`instances: [{id: a}, {id: a}]`, "`programs[0]::instances[1]::id` must be unique"},
		{`instances: [{id: a, environment: {"1": x}}]`, "`instances[0]::environment` must name"},
		{`instances: [{id: a, probe: {}}]`, "one of `http` and `tcp` must be set"},
		{`instances: [{id: a, probe: {http: {url: "file:///x"}}}]`, "`url` must be http://"},
		{`instances: [{id: a, probe: {tcp: {endpoint: x}}}]`, "`endpoint` must be host:port"},
		{`instances: [{id: a, probe: {tcp: {endpoint: "x:1"}, interval: 1ms}}]`, "`interval` must be at least 50ms"},
		{`instances: [{id: a, probe: {tcp: {endpoint: "x:1"}, failures: 0}}]`, "`failures` must be at least 1"},
	} {
		good := map[string]any{"service": "pay", "command": []any{"/x"}, "instances": []any{map[string]any{"id": "pay-1"}}}
		change, err := confmap.NewRetrievedFromYAML([]byte(c.program))
		require.NoError(t, err)
		conf, err := change.AsConf()
		require.NoError(t, err)
		for k, v := range conf.ToStringMap() {
			good[k] = v
		}
		cfg := createDefaultConfig()
		require.NoError(t, confmap.NewFromStringMap(map[string]any{
			"state_directory": "/var/lib/x", "programs": []any{good},
		}).Unmarshal(cfg), c.program)
		assert.ErrorContains(t, confmap.Validate(cfg), c.want, c.program)
	}
	err := confmap.Validate(load(t, `state_directory: here`))
	assert.ErrorContains(t, err, "`state_directory` must be an absolute path")
	assert.ErrorContains(t, err, "`programs` must list", "all at once")
}

package alertwebhookreceiver

import (
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"
)

func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestDefaults(t *testing.T) {
	cfg, err := load(t, `{}`)
	require.NoError(t, err)
	assert.False(t, cfg.HMAC.HasValue())
	assert.False(t, cfg.Mapping.HasValue())
	assert.Equal(t, 10*time.Second, cfg.Server.ReadTimeout)
	cfg, err = load(t, `hmac: {secrets: [0123456789abcdef]}`)
	require.NoError(t, err)
	assert.Equal(t, "X-Grafana-Alerting-Signature", cfg.HMAC.Get().Header)
	cfg, err = load(t, `target: {service: [app]}`)
	require.NoError(t, err)
	assert.Equal(t, []string{"app"}, cfg.Target.Service)
	assert.NotEmpty(t, cfg.Target.Summary)
}

// Nobody who reaches the port without proving who it is may cause a repair.
func TestNoAuthOnlyOnLoopback(t *testing.T) {
	const want = "can be reached from other hosts"
	for _, endpoint := range []string{"0.0.0.0:9095", ":9095", "[::]:9095", "10.1.2.3:9095", "alerts.example:9095", "9095"} {
		_, err := load(t, `endpoint: "`+endpoint+`"`)
		assert.ErrorContains(t, err, want, endpoint)
		for _, proof := range []string{
			`hmac: {secrets: [0123456789abcdef]}`,
			`auth: {authenticator: bearertokenauth}`,
			`tls: {cert_file: a, key_file: b, client_ca_file: c}`,
		} {
			_, err := load(t, `endpoint: "`+endpoint+"\"\n"+proof)
			assert.NoError(t, err, proof)
		}
		_, err = load(t, `endpoint: "`+endpoint+"\"\ntls: {cert_file: a, key_file: b}")
		assert.ErrorContains(t, err, want, "TLS alone proves nothing of the sender")
	}
	for _, endpoint := range []string{"127.0.0.1:9095", "localhost:9095", "[::1]:9095", "127.8.8.8:0"} {
		_, err := load(t, `endpoint: "`+endpoint+`"`)
		assert.NoError(t, err, endpoint)
	}
	_, err := load(t, "endpoint: /run/otelheal/alerts.sock\ntransport: unix")
	assert.NoError(t, err)
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`path: alerts`, "`path` must begin with a slash, found \"alerts\""},
		{`max_request_body_size: 0`, "`max_request_body_size` must be ≥ 1, found 0"},
		{`max_alerts_per_request: 0`, "`max_alerts_per_request` must be between 1 and 100000, found 0"},
		{`max_depth: 100000`, "`max_depth` must be between 1 and 1000, found 100000"},
		{`max_in_flight: -1`, "`max_in_flight` must be between"},
		{`max_known_alerts: 0`, "`max_known_alerts` must be between"},
		{`resolved_hold: -1s`, "`resolved_hold` must be ≥ 0s, found -1s"},
		{`timeout: 0s`, "`timeout` must be above 0s, found 0s"},
		{`mac_key: hunter2`, "`mac_key` must have at least 16 bytes, found 7"},
		{`hmac: {}`, "hmac: `secrets` must be one, or two while they are rotated, found 0"},
		{`hmac: {secrets: [hunter2]}`, "hmac: `secrets[0]` must have at least 16 bytes, found 7"},
		{`hmac: {secrets: [0123456789abcdef], header: ""}`, "hmac: `header` is empty"},
		{`hmac: {secrets: [0123456789abcdef], max_age: 0s}`, "hmac: `max_age` must be above 0s"},
		{`target: {service: []}`, "target: `service` is empty"},
		{`mapping: {}`, "mapping: `labels` and `labels_from` are empty"},
		{`mapping: {labels_from: a..b}`, "mapping: `labels_from` has an empty step"},
		{`mapping: {labels: {service: ""}}`, "mapping: `labels::service` is empty"},
		{`mapping: {labels_from: a, status: state}`, "mapping: `resolved` is empty"},
		{`sevrity: x`, "sevrity"},
	} {
		_, err := load(t, tt.text)
		require.ErrorContains(t, err, tt.want, tt.text)
		assert.NotContains(t, err.Error(), "hunter2")
	}
	_, err := load(t, "path: x\ntimeout: 0s")
	assert.ErrorContains(t, err, "`path`")
	assert.ErrorContains(t, err, "`timeout`", "all at once")
	assert.NotContains(t, configopaque.String("hunter2").String(), "hunter2")
}

// Every YAML block of the page and of the guide is a configuration that loads.
func TestPages(t *testing.T) {
	for _, path := range []string{"README.md", "../../docs/alerts.md"} {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		found := 0
		for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1) {
			retrieved, err := confmap.NewRetrievedFromYAML(block[1])
			require.NoError(t, err)
			conf, err := retrieved.AsConf()
			require.NoError(t, err)
			if !conf.IsSet("receivers") || conf.IsSet("route") {
				continue // of another program
			}
			receivers, err := conf.Sub("receivers")
			require.NoError(t, err)
			for id := range receivers.ToStringMap() {
				sub, err := receivers.Sub(id)
				require.NoError(t, err)
				cfg := createDefaultConfig()
				require.NoError(t, sub.Unmarshal(cfg), id)
				require.NoError(t, confmap.Validate(cfg), id)
				found++
			}
		}
		assert.NotZero(t, found, path)
	}
}

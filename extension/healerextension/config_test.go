package healerextension

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelheal/otelheal/healing"
)

func load(t *testing.T, file, id string) (*Config, error) {
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", file))
	require.NoError(t, err)
	sub, err := conf.Sub(id)
	require.NoError(t, err)
	return decode(t, sub)
}

func decode(t *testing.T, conf *confmap.Conf) (*Config, error) {
	cfg := NewFactory().CreateDefaultConfig().(*Config)
	require.NoError(t, conf.Unmarshal(cfg))
	return cfg, confmap.Validate(cfg)
}

func TestSmallestConfigHasTheDefaults(t *testing.T) {
	cfg, err := load(t, "good.yaml", "healer")
	require.NoError(t, err)
	assert.Equal(t, healing.NewDefaultLimits(), cfg.Guardrails.limits())
	assert.Equal(t, 1000, cfg.Journal.Keep)
	assert.Equal(t, 10_000, cfg.Journal.MaxOutbox)
	assert.False(t, cfg.HTTP.HasValue(), "no API unless it is asked for")
	assert.False(t, cfg.Silences.HasValue())
}

func TestEveryKeyIsRead(t *testing.T) {
	cfg, err := load(t, "good.yaml", "healer/full")
	require.NoError(t, err)
	assert.Equal(t, JournalConfig{Path: "/var/lib/otelheal/healer.db", Keep: 50, MaxOutbox: 60}, cfg.Journal)
	assert.Equal(t, []component.ID{component.MustNewIDWithName("process_executor", "shop"), component.MustNewID("http_executor")}, cfg.Executors)
	assert.Equal(t, "/run/otelheal/stop", cfg.KillSwitch)
	assert.Equal(t, healing.Limits{
		Cooldown: time.Minute, CooldownMax: 2 * time.Minute, CooldownMemory: 3 * time.Minute,
		Budget: 4, BudgetWindow: 5 * time.Minute, Concurrent: 6, ConcurrentPercent: 7, MinHealthy: 8,
		Storm: 9, StormWindow: 10 * time.Minute, Flaps: 11, FlapWindow: 12 * time.Minute, Deny: []string{"otelheal*"},
	}, cfg.Guardrails.limits())
	assert.Equal(t, "http://127.0.0.1:9093", cfg.Silences.Get().Client.Endpoint)
	assert.Equal(t, 20*time.Second, cfg.Silences.Get().Interval)
	assert.Equal(t, "0.0.0.0:8085", cfg.HTTP.Get().Server.NetAddr.Endpoint)
	assert.Len(t, cfg.HTTP.Get().SigningSecrets, 1)
	assert.EqualValues(t, 1<<20, cfg.HTTP.Get().Server.MaxRequestBodySize, "the default stays")
	_, err = load(t, "good.yaml", "healer/loopback")
	require.NoError(t, err)
}

func TestBadConfigsSayWhatToMend(t *testing.T) {
	for id, messages := range map[string][]string{
		"healer/empty": {"journal: `path` is missing: the file in which actions are journalled before they are done, such as /var/lib/otelheal/healer.db"},
		"healer/journal": {
			"journal: `path` must be absolute, found \"healer.db\"",
			"`keep` must be ≥ 1, found 0: without what was done no guardrail works", "`max_outbox` must be ≥ 1, found 0",
		},
		"healer/open_to_all": {"http: `endpoint` \"0.0.0.0:8085\" can be reached from other hosts: set `auth`, or listen on 127.0.0.1"},
		"healer/any_address": {"http: `endpoint` \":8085\" can be reached from other hosts: set `auth`, or listen on 127.0.0.1"},
		"healer/secrets": {
			"`signing_secrets` takes at most 2 (the old and the new one), found 3",
			"`signing_secrets[0]` must be base64 of 24 to 64 bytes, as in whsec_…",
			"`signing_secrets[1]` must be base64", "`signing_secrets[2]` must be base64",
		},
		"healer/guardrails": {
			"guardrails: `cooldown` must be above 0s, found 0s", "`budget` must be ≥ 0, found -1", "`concurrent` must be ≥ 1, found 0",
			"`concurrent_percent` must be above 0 and at most 100, found 101", "`storm` must be ≥ 1, found 0", "`deny`: \"[\" is no pattern",
		},
		"healer/silences":     {"silences: `endpoint` is missing: the URL of an Alertmanager"},
		"healer/coordination": {"coordination: must be \"single\", found \"lease\": leases and fencing for several healers in Kubernetes or etcd are not there yet"},
		"healer/wishes":       {"`executors` names \"process_executor\" twice", "`kill_switch` must be an absolute path, found \"stop\""},
	} {
		t.Run(id, func(t *testing.T) {
			_, err := load(t, "bad.yaml", id)
			require.Error(t, err)
			for _, m := range messages {
				assert.ErrorContains(t, err, m)
			}
			assert.NotContains(t, err.Error(), "c2hvcnQ", "no secret in a message")
		})
	}
}

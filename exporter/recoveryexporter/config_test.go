package recoveryexporter

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelheal/otelheal/event"
)

// load reads one exporter of a file of configurations.
func load(t *testing.T, file, id string) (*Config, error) {
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", file))
	require.NoError(t, err)
	sub, err := conf.Sub(id)
	require.NoError(t, err)
	return unmarshal(sub)
}

func unmarshal(conf *confmap.Conf) (*Config, error) {
	cfg := NewFactory().CreateDefaultConfig()
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg.(*Config), confmap.Validate(cfg)
}

func TestConfigDefaults(t *testing.T) {
	cfg, err := load(t, "good.yaml", "recovery")
	require.NoError(t, err)
	want := createDefaultConfig().(*Config)
	want.Backend = component.MustNewID("healer")
	assert.Equal(t, want, cfg)
	assert.Equal(t, 1, cfg.Queue.Get().NumConsumers)
	assert.False(t, cfg.Queue.Get().BlockOnOverflow, "it can hang SIGTERM")
	assert.Equal(t, 200*time.Millisecond, cfg.Retry.InitialInterval)
	assert.Equal(t, 5*time.Second, cfg.Retry.MaxInterval)
	assert.Zero(t, cfg.Retry.MaxElapsedTime)
}

func TestConfigEveryKey(t *testing.T) {
	cfg, err := load(t, "good.yaml", "recovery/all")
	require.NoError(t, err)
	storage := component.MustNewID("file_storage")

	want := createDefaultConfig().(*Config)
	want.Timeout.Timeout = 3 * time.Second
	want.Queue.Get().QueueSize = 50
	want.Queue.Get().StorageID = &storage
	want.Retry.MaxInterval = 2 * time.Second
	h := want.HTTP.GetOrInsertDefault()
	h.Client.Endpoint = "https://healer.example.com/v1/actions"
	h.Client.Timeout = 2 * time.Second
	h.SigningSecrets = cfg.HTTP.Get().SigningSecrets
	want.Unmatched = UnmatchedIgnore
	want.MACKey = "a key of sixteen bytes or more"
	want.Breaker = BreakerConfig{ErrorPercent: 60, MinRequests: 5, Window: 20 * time.Second, OpenFor: time.Second}
	want.Policies = []PolicyConfig{{
		Name: "restart-instance", Mode: event.ModeAct, Expires: 20 * time.Second,
		Match: MatchConfig{
			Kinds: []event.Kind{event.KindCrash, event.KindHang}, Services: []string{"pay*"}, Namespaces: []string{"shop"},
			Instances: []string{"*"}, MinConfidence: 0.6,
		},
		Steps: []StepConfig{{
			Verb: "restart", Executor: component.MustNewIDWithName("process_executor", "shop"), Params: map[string]string{"level": "1"},
			Timeout: 20 * time.Second, VerifyWithin: time.Minute, Hold: 5 * time.Second, Approval: true,
		}},
	}}
	assert.Equal(t, want, cfg)
	require.Len(t, h.SigningSecrets, 2)

	all := policies(cfg.Policies)
	assert.Equal(t, "process_executor/shop", all[0].Steps[0].Executor)
	assert.True(t, all[0].Steps[0].Approval)
	assert.Equal(t, 20*time.Second, all[0].Expires)
}

func TestConfigFaults(t *testing.T) {
	for id, wants := range map[string][]string{
		"recovery/nowhere": {"`backend` or `http` must be set, found neither"},
		"recovery/both":    {"`backend` and `http` exclude each other, found both (backend \"healer\")"},
		"recovery/many": { // all at once
			"`unmatched` must be page or ignore, found \"shout\"",
			"`mac_key` must have at least 16 bytes, found 5",
			"circuit_breaker: `error_percent` must be from 1 to 100, found 0",
			"`min_requests` must be at least 1, found 0",
			"`window` must be at least 1s, found 10ms",
			"`open_for` must be above zero, found 0s",
			"`policies`: [0]: `name` is missing",
			"`match::kinds` must be of crash, hang",
			"`steps[0]::verb` is missing",
			"`steps[0]::executor` is missing",
			"`num_consumers` must be positive",
		},
		"recovery/no_secret":    {"http: `signing_secrets` must have one secret, or two while they are rotated, found 0"},
		"recovery/bad_secrets":  {"`signing_secrets[0]` must be base64", "`signing_secrets[1]` must have 24 to 64 bytes before base64, found 5"},
		"recovery/no_endpoint":  {"`endpoint` is missing"},
		"recovery/plain":        {"`endpoint` must be of https unless its host is loopback, found \"http://healer.example.com/\""},
		"recovery/user":         {"`endpoint` must have no user and password"},
		"recovery/other_scheme": {"`endpoint` must be a URL of https or http with a host"},
	} {
		t.Run(id, func(t *testing.T) {
			_, err := load(t, "bad.yaml", id)
			for _, want := range wants {
				assert.ErrorContains(t, err, want)
			}
			if err != nil {
				assert.NotContains(t, err.Error(), "hunter2")
			}
		})
	}
}

func TestConfigInsecureWhereSaid(t *testing.T) {
	for _, id := range []string{"recovery/loopback", "recovery/insecure"} {
		_, err := load(t, "good.yaml", id)
		assert.NoError(t, err, id)
	}
}

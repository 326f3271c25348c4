package healerextension

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/healing"
)

func TestMetricsTellWhatActionsWaitFor(t *testing.T) {
	cfg := withAPI(newConfig(t))
	cfg.KillSwitch = filepath.Join(t.TempDir(), "stop")
	h, _ := started(t, cfg, newFakeExecutor())
	text := func() string { _, body := h.get(t, "/metrics"); return body }
	assert.NotContains(t, text(), "otelheal_healer_actions_standing{")
	assert.Contains(t, text(), "otelheal_healer_killed 0")

	a := newAction("i1", "payment-2")
	a.Steps[0].Approval = true
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	assert.Contains(t, text(), `otelheal_healer_actions_standing{state="requested",reason="awaiting_approval"} 1`)
	assert.Contains(t, text(), "otelheal_healer_actions_open 1")
	assert.Contains(t, text(), `otelheal_healer_journal_write_seconds_bucket{le="+Inf"}`, "in buckets that Prometheus reads")

	require.NoError(t, os.WriteFile(cfg.KillSwitch, nil, 0o600))
	require.Eventually(t, func() bool { return h.metrics.killed.Load() }, within, time.Millisecond)
	assert.Contains(t, text(), "otelheal_healer_killed 1")
	h.metrics.saw(&healing.Env{Missing: []string{"a", "b"}})
	assert.EqualValues(t, 2, h.metrics.missing.Load())
}

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

const (
	learns  = 90 * time.Second // in which the baseline must be there
	detects = 30 * time.Second // in which a fault must have become an incident
)

// yours reads a user's configuration; only addresses change, so that it runs here.
func yours(t *testing.T, name string, replacements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "yours", name))
	require.NoError(t, err)
	return harness.Config(t, string(text), replacements...)
}

func observe(t *testing.T) string { return filepath.Join(harness.Root(t), "examples", "observe.yaml") }

func TestObserveFitsBesideEach(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "yours", "*.yaml"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			out, err := harness.Run(t, "validate", "--config", file, "--config", observe(t))
			assert.NoError(t, err, out)
		})
	}
}

// Nothing in the file can act: it has the two components that look, and a log.
func TestObserveCannotAct(t *testing.T) {
	out, err := harness.Run(t, "print-config",
		"--config", filepath.Join("testdata", "yours", "agent.yaml"), "--config", observe(t))
	require.NoError(t, err, out)
	assert.Contains(t, out, "rca/observe")
	for _, hand := range []string{"recovery", "healer", "executor"} {
		assert.NotContains(t, out, hand)
	}
}

// An agent: payment fails, an incident says so, and the agent's own backend
// gets each span once, as before.
func TestObserveBesideAnAgent(t *testing.T) {
	sink := harness.NewSink(t)
	ports := harness.Ports(t, 3)
	config := yours(t, "agent.yaml",
		"0.0.0.0:4317", ports[0], "0.0.0.0:4318", ports[1], "0.0.0.0:13133", ports[2],
		"https://collector.example.com:4318", sink.URL())
	col := harness.Start(t, config, observe(t), quiet)
	app := harness.RunApp(t, ports[0])
	breakPayment(t, app, col)
	app.Stop()
	assert.Zero(t, app.Refused(), "what observes must not refuse what the agent takes")
	require.NoError(t, col.Stop())
	spans, points, _, duplicates := sink.Counts()
	assert.EqualValues(t, 3*app.Sent(), spans)
	assert.NotZero(t, points)
	assert.Zero(t, duplicates)
}

// A gateway with other names, whose metrics come from connectors.
func TestObserveBesideAGateway(t *testing.T) {
	sink := harness.NewSink(t)
	ports := harness.Ports(t, 2)
	config := yours(t, "gateway.yaml", "0.0.0.0:4317", ports[0], "0.0.0.0:8889", ports[1],
		"https://collector.example.com:4318", sink.URL())
	col := harness.Start(t, config, observe(t), quiet)
	app := harness.RunApp(t, ports[0])
	breakPayment(t, app, col)
	app.Stop()
	require.NoError(t, col.Stop())
	spans, _, _, duplicates := sink.Counts()
	assert.EqualValues(t, 3*app.Sent(), spans)
	assert.Zero(t, duplicates)
}

// A node without traces: the pipelines for what it does not collect are left
// out, and its lines and points go where they went.
func TestObserveBesideANode(t *testing.T) {
	sink := harness.NewSink(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app.log"), []byte(strings.Repeat("2026-01-02T03:04:05Z ERROR disk full\n", 10)), 0o600))
	config := yours(t, "node.yaml", "/var/log/myapp", dir, "https://collector.example.com:4318", sink.URL(),
		"collection_interval: 10s", "collection_interval: 1s")
	col := harness.Start(t, config, observe(t), quiet)
	require.Eventually(t, func() bool {
		_, points, logs, _ := sink.Counts()
		return points > 0 && logs == 10
	}, detects, 100*time.Millisecond)
	require.NoError(t, col.Stop())
}

// breakPayment lets the application run until the baseline stands, breaks
// payment, and waits for the incident in the log.
func breakPayment(t *testing.T, app *harness.App, col *harness.Collector) {
	t.Helper()
	const baseline = 25 * 20 // requests: 25 s at 20 a second
	require.Eventually(t, func() bool { return app.Sent() >= baseline }, learns, 100*time.Millisecond)
	require.NotContains(t, col.Log(), "otelheal.incident", "an incident without a fault")
	app.Fail(true)
	require.Eventually(t, func() bool { return strings.Contains(col.Log(), "otelheal.incident.id") }, detects, 100*time.Millisecond)
	assert.Contains(t, col.Log(), "payment")
}

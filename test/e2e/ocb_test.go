package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// Somebody else's collector is built with our components by the builder itself,
// in a module of its own, and lists them.
func TestOurComponentsInAnotherCollector(t *testing.T) {
	root := harness.Root(t)
	dir := filepath.Join(root, "examples", "ocb")
	out := t.TempDir()
	manifest := harness.Config(t, readFile(t, filepath.Join(dir, "builder-config.yaml")),
		"output_path: ./collector", "output_path: "+out, "path: ../..", "path: "+root)
	builder := exec.Command("go", "tool", "-modfile="+filepath.Join(root, "internal", "tools", "go.mod"), "builder",
		"--config", manifest, "--skip-strict-versioning=false")
	builder.Dir = root // go tool wants to be in a module
	log, err := builder.CombinedOutput()
	require.NoError(t, err, "%s", log)

	list, err := exec.Command(filepath.Join(out, "collector"), "components").CombinedOutput()
	require.NoError(t, err, "%s", list)
	for _, name := range []string{"anomaly", "rca", "recovery", "healer", "process_executor", "http_executor", "command_executor", "otelheal", "alert_webhook"} {
		assert.Contains(t, string(list), "- name: "+name+"\n      module: github.com/otelheal/otelheal v0.0.0\n")
	}
	check, err := exec.Command(filepath.Join(out, "collector"), "validate",
		"--config", filepath.Join("testdata", "ocb.yaml"), "--config", observe(t)).CombinedOutput()
	assert.NoError(t, err, "%s", check)
}

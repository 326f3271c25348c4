package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// A dry run speaks: a program dies, and the outcome says what would have been
// done and how to allow it. Nothing is started again.
func TestDryRunSpeaks(t *testing.T) {
	ports, dir := harness.Ports(t, 3), t.TempDir()
	example := readFile(t, filepath.Join(harness.Root(t), "examples", "dry-run.yaml"))
	config := harness.Config(t, example,
		"127.0.0.1:4317", ports[0], "127.0.0.1:4318", ports[1], "127.0.0.1:8085", ports[2],
		"/var/lib/otelheal", dir)
	col := harness.Start(t, config, quiet)
	unit := waitUnit(t, ports[2])
	pidText, _, _ := strings.Cut(string(unit.Target.Incarnation), "@")
	pid, err := strconv.Atoi(pidText)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))

	want := "would have restarted payment-1 (" + string(unit.Target.Incarnation) + "); to allow it: set `mode: act` in policy"
	require.Eventually(t, func() bool { return strings.Contains(col.Log(), want) }, 30*time.Second, 100*time.Millisecond)
	assert.Equal(t, unit.Target, waitUnit(t, ports[2]).Target, "it was started again")
	require.NoError(t, col.Stop())
	_, err = os.Stat(filepath.Join(dir, "healer.db"))
	assert.NoError(t, err)
}

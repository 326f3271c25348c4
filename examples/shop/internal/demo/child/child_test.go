package child

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script writes a shell script into dir and returns its path.
func script(t *testing.T, dir, text string) string {
	path := filepath.Join(dir, "script.sh")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o700))
	return path
}

func TestStopAsksFirst(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	c, err := Start("polite", log, []string{"WORD=hello"}, "/bin/sh", script(t, dir, `
trap 'echo bye; exit 0' TERM
echo $WORD
while :; do sleep 0.05; done`))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return content(log) == "hello\n" }, 5*time.Second, 10*time.Millisecond)
	ended, _ := c.Ended()
	assert.False(t, ended)
	c.Stop(5 * time.Second)
	assert.Equal(t, "hello\nbye\n", content(log))
	ended, err = c.Ended()
	assert.True(t, ended)
	assert.NoError(t, err)
}

func TestSweepEndsEvenTheDeaf(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	c, err := Start("deaf", log, nil, "/bin/sh", script(t, dir, `
trap '' TERM
echo ready
while :; do sleep 0.05; done`))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return content(log) == "ready\n" }, 5*time.Second, 10*time.Millisecond)
	found, err := Find(dir)
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, c.PID(), found[0].PID)

	require.NoError(t, Sweep(t.Context(), dir, 200*time.Millisecond))
	require.Eventually(t, func() bool { ended, _ := c.Ended(); return ended }, 5*time.Second, 10*time.Millisecond)
	found, err = Find(dir)
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestPSAgreesWithProc(t *testing.T) {
	listed, err := fromPS()
	if err != nil {
		t.Skip("no ps here")
	}
	for _, p := range listed {
		if p.PID == os.Getpid() {
			return
		}
	}
	t.Error("ps does not list this process")
}

func content(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

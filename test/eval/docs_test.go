package eval

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// holdsPage holds that a page in docs tells, between two markers, what was measured
// now. With OTELHEAL_EVAL_WRITE it writes that there instead.
func holdsPage(t *testing.T, name, begin, end, measured string) {
	t.Helper()
	t.Log("\n" + measured)
	path := filepath.Join(harness.Root(t), "docs", name)
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(page), begin)
	require.True(t, ok, "docs/%s has no place for the tables", name)
	written, after, ok := strings.Cut(rest, end)
	require.True(t, ok, "the tables in docs/%s do not end", name)
	if os.Getenv("OTELHEAL_EVAL_WRITE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(before+begin+measured+end+after), 0o644))
		return
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the tables were made on amd64; elsewhere products are rounded differently")
	}
	require.Equal(t, measured, written, "docs/%s is stale: run OTELHEAL_EVAL_WRITE=1 make eval", name)
}

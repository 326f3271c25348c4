package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Root is the repository's folder.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Binary is the otelheal to be tested: $OTELHEAL_BIN, or one that is built here.
func Binary(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("OTELHEAL_BIN"); path != "" {
		return path
	}
	path, err := build(Root(t))
	require.NoError(t, err)
	return path
}

// FullBinary is the complete distribution, $OTELHEAL_FULL. It takes too long to
// build by the way: without one the test is skipped.
func FullBinary(t testing.TB) string {
	t.Helper()
	path := os.Getenv("OTELHEAL_FULL")
	if path == "" {
		t.Skip("the complete distribution is wanted: set OTELHEAL_FULL to its binary, which `make build-full` makes (13 minutes cold), or run `make e2e-full`")
	}
	return path
}

var (
	buildOnce sync.Once
	built     string
	errBuild  error
)

// build makes bin/otelheal once in a test process, as `make build` does.
func build(root string) (string, error) {
	buildOnce.Do(func() {
		built = filepath.Join(root, "bin", "otelheal")
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", built, "./cmd/otelheal")
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			errBuild = fmt.Errorf("build otelheal: %w\n%s", err, out)
		}
	})
	return built, errBuild
}

// Run runs otelheal to its end and returns what it wrote to stdout and stderr.
func Run(t testing.TB, args ...string) (output string, err error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), Binary(t), args...).CombinedOutput()
	return string(out), err
}

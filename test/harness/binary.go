package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
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

// FullBinary is the complete distribution: $OTELHEAL_FULL, or one that is built here.
func FullBinary(t testing.TB) string {
	t.Helper()
	return Server(t, "full")
}

var servers sync.Map // of func() (string, error), by name

// Server is a program that takes long to build: the binary that $OTELHEAL_NAME
// names, or what test/name.sh builds and prints. If that variable is none, the test
// is skipped.
func Server(t testing.TB, name string) string {
	t.Helper()
	variable := "OTELHEAL_" + strings.ToUpper(name)
	path := os.Getenv(variable)
	if path == "none" {
		t.Skip("left out, since " + variable + " is none")
	}
	if path == "" {
		t.Logf("building %s: set %s to a binary that is there, or to none to leave this test out", name, variable)
		script := filepath.Join(Root(t), "test", name+".sh")
		once, _ := servers.LoadOrStore(name, sync.OnceValues(func() (string, error) {
			build := exec.Command(script)
			build.Stderr = os.Stderr // where it says what it is at
			out, err := build.Output()
			return strings.TrimSpace(string(out)), err
		}))
		var err error
		path, err = once.(func() (string, error))()
		require.NoError(t, err, script)
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

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// server is somebody else's program that listens on loopback. A test may end it
// and start it again; it is gone with the test, by its process ID.
type server struct {
	t    *testing.T
	log  string
	args []string // the program first
	env  []string
	cmd  *exec.Cmd
}

// newServer does not start it.
func newServer(t *testing.T, program string, args ...string) *server {
	t.Helper()
	s := &server{t: t, log: filepath.Join(t.TempDir(), "log"), args: append([]string{program}, args...)}
	t.Cleanup(func() {
		s.end(syscall.SIGKILL) // nothing of it is wanted any more
		if t.Failed() {
			text, _ := os.ReadFile(s.log)
			t.Logf("%s logged:\n%s", filepath.Base(program), text)
		}
	})
	return s
}

// launch starts it and does not wait until it can do anything.
func (s *server) launch() {
	s.t.Helper()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(s.t, err)
	defer log.Close()
	s.cmd = exec.Command(s.args[0], s.args[1:]...)
	s.cmd.Env = append(os.Environ(), s.env...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	require.NoError(s.t, s.cmd.Start())
}

// end ends it and waits until it has ended.
func (s *server) end(how syscall.Signal) {
	if s.cmd == nil || s.cmd.ProcessState != nil {
		return
	}
	_ = s.cmd.Process.Signal(how)
	_ = s.cmd.Wait()
}

// installed is the path of a program, by its names in different packages.
func installed(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	require.Fail(t, names[0]+" is missing: apt-get install "+names[0])
	return ""
}

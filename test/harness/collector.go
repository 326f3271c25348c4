package harness

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	readyLine  = "Everything is ready. Begin running and processing data."
	startLimit = 60 * time.Second
	stopLimit  = 30 * time.Second
)

// Collector is a running otelheal.
type Collector struct {
	t    testing.TB
	cmd  *exec.Cmd
	log  *logBuffer
	done chan struct{} // closed when the process has ended
	err  error         // how it ended; read after done
	once sync.Once     // guards the end
}

// Start runs otelheal with the configuration files and waits until it is ready.
func Start(t testing.TB, configs ...string) *Collector {
	t.Helper()
	c := Launch(t, nil, configs...)
	c.WaitLog(readyLine)
	return c
}

// StartFull runs the complete distribution, see FullBinary, and waits until it
// is ready.
func StartFull(t testing.TB, configs ...string) *Collector {
	t.Helper()
	c := launch(t, FullBinary(t), nil, configs)
	c.WaitLog(readyLine)
	return c
}

// Launch runs otelheal and does not wait.
func Launch(t testing.TB, env []string, configs ...string) *Collector {
	t.Helper()
	return launch(t, Binary(t), env, configs)
}

func launch(t testing.TB, binary string, env, configs []string) *Collector {
	t.Helper()
	var args []string
	for _, path := range configs {
		args = append(args, "--config", path)
	}
	c := &Collector{t: t, cmd: exec.Command(binary, args...), log: newLogBuffer(), done: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	require.NoError(t, c.cmd.Start())
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
		c.log.close()
	}()
	t.Cleanup(func() {
		c.Kill()
		if t.Failed() {
			t.Logf("otelheal (pid %d) logged:\n%s", c.cmd.Process.Pid, c.Log())
		}
	})
	return c
}

// PID is the id of the process.
func (c *Collector) PID() int { return c.cmd.Process.Pid }

// Log is what it wrote so far.
func (c *Collector) Log() string { return c.log.String() }

// WaitLog waits until the log has the text.
func (c *Collector) WaitLog(text string) {
	c.t.Helper()
	require.NoError(c.t, c.log.wait(text, startLimit))
}

// Signal sends it a signal.
func (c *Collector) Signal(s os.Signal) {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Signal(s))
}

// Stop asks it to end and returns how it did: nil is exit code 0.
func (c *Collector) Stop() error {
	c.t.Helper()
	c.once.Do(func() { _ = c.cmd.Process.Signal(syscall.SIGTERM) })
	return c.Wait()
}

// Kill ends it at once, as kill -9 does, and waits until it is gone.
func (c *Collector) Kill() {
	select {
	case <-c.done:
	default:
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// Wait waits for its end.
func (c *Collector) Wait() error {
	c.t.Helper()
	select {
	case <-c.done:
		return c.err
	case <-time.After(stopLimit):
		require.Fail(c.t, "otelheal did not end within "+stopLimit.String())
		return nil
	}
}

// logBuffer keeps everything written to it and lets others wait for a text.
type logBuffer struct {
	mu     sync.Mutex // guards what follows
	text   strings.Builder
	ended  bool
	change chan struct{} // closed and replaced at each write
}

func newLogBuffer() *logBuffer { return &logBuffer{change: make(chan struct{})} }

// Write implements io.Writer.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(p)
	b.signal()
	return len(p), nil
}

func (b *logBuffer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.signal()
}

// signal wakes who waits; mu is held.
func (b *logBuffer) signal() {
	close(b.change)
	b.change = make(chan struct{})
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) wait(text string, limit time.Duration) error {
	deadline := time.After(limit)
	for {
		b.mu.Lock()
		found, ended, change := strings.Contains(b.text.String(), text), b.ended, b.change
		b.mu.Unlock()
		switch {
		case found:
			return nil
		case ended:
			return fmt.Errorf("the process ended before it logged %q", text)
		}
		select {
		case <-change:
		case <-deadline:
			return fmt.Errorf("no log line with %q within %s", text, limit)
		}
	}
}

// Running tells whether the process has not ended.
func (c *Collector) Running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

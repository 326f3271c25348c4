// Package child runs the programs of the demonstration and makes sure that none
// of them outlives it. It needs a Unix.
package child

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Child is a program that we started.
type Child struct {
	Name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // why; written before done is closed
}

// Start starts a program in a process group of its own, so that a Ctrl-C in the
// terminal reaches only us and we choose the order in which the others end.
func Start(name, logFile string, env []string, argv ...string) (*Child, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own copy
	c := &Child{Name: name, cmd: exec.Command(argv[0], argv[1:]...), done: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return c, nil
}

// PID is its process id.
func (c *Child) PID() int { return c.cmd.Process.Pid }

// Ended tells whether it has ended, and how.
func (c *Child) Ended() (bool, error) {
	select {
	case <-c.done:
		return true, c.err
	default:
		return false, nil
	}
}

// Stop asks it to end, and makes it end after the grace.
func (c *Child) Stop(grace time.Duration) {
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(grace):
		c.cmd.Process.Kill()
		<-c.done
	}
}

//go:build unix

package commandexecutor

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/otelheal/otelheal/healing"
)

// pipeGrace is how long output is waited for after the command ended, in case
// something that it left behind holds the pipe.
const pipeGrace = time.Second

func supported() error { return nil }

// run executes the command in a process group of its own, which is killed when
// ctx ends. It tells how much was printed.
func run(ctx context.Context, v *VerbConfig, argv []string) (healing.Result, int64) {
	var out counter
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = v.WorkingDirectory
	cmd.Env = []string{}
	for name, value := range v.Environment {
		cmd.Env = append(cmd.Env, name+"="+string(value))
	}
	slices.Sort(cmd.Env)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	killed := false // Wait returns after Cancel has
	cmd.Cancel = func() error {
		killed = true
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	cmd.WaitDelay = pipeGrace
	if err := cmd.Start(); err != nil {
		return result(healing.EffectNone, "starting: "+err.Error()), 0
	}
	err := cmd.Wait()
	if killed {
		return result(healing.EffectUnknown, "killed as it did not end in time"), out.n
	}
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it ended well, but something of it holds the output
		return judge(exitDone), out.n
	case errors.As(err, &exit) && exit.Exited():
		return judge(exit.ExitCode()), out.n
	case errors.As(err, &exit):
		return result(healing.EffectUnknown, "ended by "+exit.String()), out.n
	default:
		return result(healing.EffectUnknown, err.Error()), out.n
	}
}

// counter counts what is written to it and keeps nothing. The command has one
// goroutine for both of its outputs, as they are the same writer.
type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

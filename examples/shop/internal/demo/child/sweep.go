package child

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Proc is a running process.
type Proc struct {
	PID     int
	Command string
}

// Find returns the processes, other than this one, whose command line contains
// the mark. The mark is the directory of one demonstration: every program of it
// has a file in there among its arguments, whoever started it.
func Find(mark string) ([]Proc, error) {
	all, err := processes()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var found []Proc
	for _, p := range all {
		if p.PID != os.Getpid() && strings.Contains(p.Command, mark) {
			found = append(found, p)
		}
	}
	return found, nil
}

// Sweep ends the processes with the mark: by asking, and after the grace by
// force. An error names those that are still there.
func Sweep(ctx context.Context, mark string, grace time.Duration) error {
	for _, s := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, 5 * time.Second}} {
		left, err := Find(mark)
		if err != nil || len(left) == 0 {
			return err
		}
		for _, p := range left {
			syscall.Kill(p.PID, syscall.SIGCONT) // one that is stopped hears nothing
			syscall.Kill(p.PID, s.signal)
		}
		if gone(ctx, mark, s.wait) {
			return nil
		}
	}
	left, err := Find(mark)
	if err != nil || len(left) == 0 {
		return err
	}
	return fmt.Errorf("%d processes are left, such as %d: %s", len(left), left[0].PID, left[0].Command)
}

func gone(ctx context.Context, mark string, wait time.Duration) bool {
	deadline := time.Now().Add(wait)
	for time.Now().Before(deadline) {
		if left, err := Find(mark); err == nil && len(left) == 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return false
}

// processes lists what runs, from /proc where there is one, else from ps.
func processes() ([]Proc, error) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	if len(files) == 0 {
		return fromPS()
	}
	var all []Proc
	for _, f := range files {
		args, err := os.ReadFile(f)
		if err != nil || len(args) == 0 {
			continue // it has ended, or is a kernel thread
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		all = append(all, Proc{pid, strings.TrimSpace(strings.ReplaceAll(string(args), "\x00", " "))})
	}
	return all, nil
}

func fromPS() ([]Proc, error) {
	out, err := exec.Command("ps", "-axo", "pid=,args=").Output()
	if err != nil {
		return nil, err
	}
	var all []Proc
	for _, line := range strings.Split(string(out), "\n") {
		pid, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.Atoi(pid); err == nil {
			all = append(all, Proc{n, command})
		}
	}
	return all, nil
}

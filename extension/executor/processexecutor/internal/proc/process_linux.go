package proc

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// killWholeGroup makes a pidfd signal reach the process group (Linux 6.9).
const killWholeGroup = 1 << 2

// Process is a running or just ended process, held by a pidfd.
type Process struct {
	id Identity

	mu sync.RWMutex // guards fd against Close
	fd int          // -1: closed
}

// Supported tells whether the kernel has what this package needs.
func Supported() error {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return fmt.Errorf("%w (pidfd_open: %w)", ErrUnsupported, err)
	}
	return unix.Close(fd)
}

// Boot identifies the running boot of the machine.
func Boot() (string, error) {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("reading the boot id: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// Start runs the program in a session of its own, so that no terminal's and no
// service manager's signal to otelheal reaches it.
func Start(spec Spec, boot string) (*Process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	defer log.Close()
	fd := -1
	pid, _, err := syscall.StartProcess(spec.Args[0], spec.Args, &syscall.ProcAttr{
		Dir:   spec.Dir,
		Env:   append(spec.Env, Mark+"="+spec.Token),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true, PidFD: &fd},
	})
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", spec.Args[0], err)
	}
	// It is our child and nobody else collects it, so the PID is still its own.
	st, err := readStat(pid)
	if err != nil {
		return nil, fmt.Errorf("reading the start time of process %d: %w", pid, err)
	}
	if fd < 0 {
		if fd, err = unix.PidfdOpen(pid, 0); err != nil {
			return nil, fmt.Errorf("holding process %d: %w", pid, err)
		}
	}
	return &Process{id: Identity{PID: pid, Start: st.start, Boot: boot}, fd: fd}, nil
}

// Open takes hold of a process that was started before, by whichever parent.
func Open(id Identity, boot string) (*Process, error) {
	if id.PID <= 0 || id.Boot != boot {
		return nil, ErrGone
	}
	fd, err := unix.PidfdOpen(id.PID, 0)
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) {
		return nil, ErrGone
	} else if err != nil {
		return nil, fmt.Errorf("holding process %d: %w", id.PID, err)
	}
	// Looking after taking hold: if the PID had been used again before, the
	// start time is another one.
	st, err := readStat(id.PID)
	if err != nil || st.start != id.Start {
		_ = unix.Close(fd)
		return nil, ErrGone
	}
	return &Process{id: id, fd: fd}, nil
}

// Identity is whom this process is.
func (p *Process) Identity() Identity { return p.id }

// Signal sends a signal to this very process, or says ErrGone.
func (p *Process) Signal(sig syscall.Signal) error { return p.send(sig, 0) }

// KillGroup kills what the process left in its process group, also after its
// own end. Kernels before 6.9 cannot do it safely; there nothing is done.
func (p *Process) KillGroup() { _ = p.send(syscall.SIGKILL, killWholeGroup) }

// Resume lets a stopped process go on, so that it can obey a signal to end.
func (p *Process) Resume() { _ = p.send(unix.SIGCONT, 0) }

func (p *Process) send(sig syscall.Signal, flags int) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.fd < 0 {
		return ErrGone
	}
	err := unix.PidfdSendSignal(p.fd, sig, nil, flags)
	if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	return err
}

// Close lets go of the process. It does nothing to it.
func (p *Process) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd >= 0 {
		_ = unix.Close(p.fd)
		p.fd = -1
	}
}

func readStat(pid int) (stat, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	return parseStat(string(b))
}

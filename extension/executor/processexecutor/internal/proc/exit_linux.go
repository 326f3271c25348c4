package proc

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Ended tells whether the process is over, and how it ended. It does not block.
func (p *Process) Ended() (Exit, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.fd < 0 {
		return Exit{}, true
	}
	fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
	if n, err := unix.Poll(fds, 0); err != nil || n == 0 {
		return Exit{}, false
	}
	return p.collect(), true
}

// collect finds the exit status by the first of three ways that knows it: our
// own child is waited for; the kernel keeps it for holders of a pidfd (Linux
// 6.15); an uncollected process still shows it in /proc.
func (p *Process) collect() Exit {
	// WNOWAIT first: only a child of ours passes, and as long as it is not
	// collected its PID cannot belong to another process.
	err := unix.Waitid(unix.P_PIDFD, p.fd, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	if err == nil {
		var ws unix.WaitStatus
		for {
			pid, err := unix.Wait4(p.id.PID, &ws, unix.WNOHANG, nil)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err == nil && pid == p.id.PID {
				return exitOf(int(ws))
			}
			return Exit{}
		}
	}
	if status, ok := pidfdExit(p.fd); ok {
		return exitOf(status)
	}
	if st, err := readStat(p.id.PID); err == nil && st.start == p.id.Start && st.ended() && st.exitCode != 0 {
		return exitOf(st.exitCode)
	}
	return Exit{}
}

// pidfdInfo is struct pidfd_info of linux/pidfd.h in its first version.
type pidfdInfo struct {
	mask     uint64
	cgroupID uint64
	ids      [11]uint32
	exitCode int32
}

const (
	pidfdGetInfo  = 3<<30 | unsafe.Sizeof(pidfdInfo{})<<16 | 0xff<<8 | 11
	pidfdInfoExit = 1 << 3
)

func pidfdExit(fd int) (status int, ok bool) {
	info := pidfdInfo{mask: pidfdInfoExit}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), pidfdGetInfo, uintptr(unsafe.Pointer(&info)))
	if errno != 0 || info.mask&pidfdInfoExit == 0 {
		return 0, false
	}
	return int(info.exitCode), true
}

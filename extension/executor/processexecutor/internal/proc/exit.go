package proc

import (
	"fmt"
	"syscall"
)

// Exit is how a process ended.
type Exit struct {
	Known  bool // false: nobody was there to collect the status
	Code   int
	Signal syscall.Signal // 0: it exited by itself
}

// String is the exit for people.
func (e Exit) String() string {
	switch {
	case !e.Known:
		return "exit status unknown"
	case e.Signal != 0:
		return fmt.Sprintf("ended by signal %d (%s)", int(e.Signal), e.Signal)
	default:
		return fmt.Sprintf("exit status %d", e.Code)
	}
}

// OnPurpose tells whether somebody wanted it to end: exit code 0, or one of the
// signals by which people end programs. It is the rule of systemd's
// Restart=on-failure.
func (e Exit) OnPurpose() bool {
	if !e.Known {
		return false
	}
	switch e.Signal {
	case 0:
		return e.Code == 0
	case syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP:
		return true
	}
	return false
}

// exitOf decodes a status as wait(2) returns it.
func exitOf(status int) Exit {
	if sig := status & 0x7f; sig != 0 {
		return Exit{Known: true, Signal: syscall.Signal(sig)}
	}
	return Exit{Known: true, Code: status >> 8 & 0xff}
}

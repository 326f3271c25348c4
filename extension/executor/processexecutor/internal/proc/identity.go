package proc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnsupported says that this system lacks pidfd and /proc.
var ErrUnsupported = errors.New("supervising processes needs Linux 5.4 or newer")

// ErrGone says that the process with this identity has ended.
var ErrGone = errors.New("the process has ended")

// Identity is one life of one process.
type Identity struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks since boot
	Boot  string `json:"boot"`  // the kernel's boot_id
}

// String is the identity as others see it: "pid@start-boot", the same whenever
// it is asked for. Wall-clock time is left out on purpose: the boot time that
// the kernel reports moves when the clock is set.
func (i Identity) String() string {
	if i.PID == 0 {
		return ""
	}
	return fmt.Sprintf("%d@%d-%.8s", i.PID, i.Start, i.Boot)
}

// stat is what is needed of /proc/<pid>/stat.
type stat struct {
	state    byte
	session  int
	start    uint64
	exitCode int // as wait reports it; 0 is also what the kernel says to strangers
}

// parseStat reads a stat line. The name in it may hold spaces and parentheses,
// so the fields are counted from the last one.
func parseStat(line string) (stat, error) {
	end := strings.LastIndexByte(line, ')')
	if end < 0 {
		return stat{}, errors.New("stat without a name")
	}
	f := strings.Fields(line[end+1:])
	const first = 3 // number of the field behind the name, as in proc(5)
	if len(f) <= 22-first || f[0] == "" {
		return stat{}, errors.New("stat is too short")
	}
	var s stat
	var err error
	s.state = f[0][0]
	if s.session, err = strconv.Atoi(f[6-first]); err != nil {
		return stat{}, fmt.Errorf("session: %w", err)
	}
	if s.start, err = strconv.ParseUint(f[22-first], 10, 64); err != nil {
		return stat{}, fmt.Errorf("start time: %w", err)
	}
	if len(f) > 52-first {
		s.exitCode, _ = strconv.Atoi(f[52-first])
	}
	return s, nil
}

// ended tells whether the process is over and waits only to be collected.
func (s stat) ended() bool { return s.state == 'Z' || s.state == 'X' }

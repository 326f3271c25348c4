package telemetry

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTicks per second is 100 in what Linux shows to user space, on every architecture.
const clockTicks = 100

// createdAt is when the kernel created this process: the boot time of /proc/stat plus field 22 of /proc/self/stat.
func createdAt() time.Time {
	boot, ok := bootTime()
	if !ok {
		return programStart
	}
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return programStart
	}
	// The second field is the command in brackets and may contain blanks; what follows it may not.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const startField = 22 - 3
	if len(fields) <= startField {
		return programStart
	}
	ticks, err := strconv.ParseInt(fields[startField], 10, 64)
	if err != nil {
		return programStart
	}
	return boot.Add(time.Duration(ticks) * time.Second / clockTicks)
}

func bootTime() (time.Time, bool) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, false
	}
	for line := range strings.Lines(string(content)) {
		if seconds, ok := strings.CutPrefix(line, "btime "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(seconds), 10, 64)
			return time.Unix(n, 0), err == nil
		}
	}
	return time.Time{}, false
}

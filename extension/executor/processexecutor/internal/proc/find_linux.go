package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Find lists the living processes whose token starts with prefix. Their
// children carry the same token; only the leader of the session is listed, and
// that is the process that was started.
func Find(prefix, boot string) ([]Found, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var found []Found
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		st, err := readStat(pid)
		if err != nil || st.session != pid || st.ended() {
			continue
		}
		env, ok := readEnvironment(name)
		if !ok {
			continue
		}
		for kv := range strings.SplitSeq(env, "\x00") {
			if token, ok := strings.CutPrefix(kv, Mark+"="); ok && strings.HasPrefix(token, prefix) {
				found = append(found, Found{Identity{PID: pid, Start: st.start, Boot: boot}, token})
			}
		}
	}
	return found, nil
}

// readEnvironment reads what the process was started with, if this user may.
func readEnvironment(pid string) (string, bool) {
	b, err := os.ReadFile("/proc/" + pid + "/environ")
	return string(b), err == nil
}

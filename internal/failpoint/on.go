//go:build failpoint

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
)

var hits atomic.Int64

// Hit kills the process if this is the named point's chosen hit.
func Hit(name string) {
	point, nth, _ := strings.Cut(os.Getenv(Env), ":")
	if point != name {
		return
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	if hits.Add(1) != n {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	select {} // nothing more happens in this process
}

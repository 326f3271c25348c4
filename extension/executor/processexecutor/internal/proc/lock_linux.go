package proc

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Lock takes the exclusive lock on the file, waiting a little: a child that was
// forked and has not yet executed its program still holds it. It is freed when
// the file is closed or its owner dies.
func Lock(ctx context.Context, path string, wait time.Duration) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
			return f, nil
		}
		select {
		case <-tick.C:
		case <-timeout.C:
			_ = f.Close()
			return nil, fmt.Errorf("%s is locked: another otelheal works with this directory", path)
		case <-ctx.Done():
			_ = f.Close()
			return nil, ctx.Err()
		}
	}
}

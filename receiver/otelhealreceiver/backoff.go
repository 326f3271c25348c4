package otelhealreceiver

import (
	"context"
	"time"
)

// Outcomes are waited for, so the first retry is soon; a pipeline that is down
// for long is asked each 5 s.
const (
	firstDelay = 100 * time.Millisecond
	lastDelay  = 5 * time.Second
)

// backoff waits longer with each call. There is one reader in the process, so
// no others to be kept apart by chance.
type backoff struct {
	delay time.Duration
}

// wait tells whether it waited to the end; it does not if ctx ends before.
func (b *backoff) wait(ctx context.Context) bool {
	b.delay = min(max(firstDelay, 2*b.delay), lastDelay)
	timer := time.NewTimer(b.delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (b *backoff) reset() { b.delay = 0 }

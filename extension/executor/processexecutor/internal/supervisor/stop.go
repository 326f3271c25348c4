package supervisor

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
)

// killTimeout bounds the wait for the end of a killed process. Longer than
// that it hangs in the kernel, and only a person can help.
const killTimeout = 10 * time.Second

// stop ends the present life, if it has not ended, as part of a restart. The
// caller holds u.op, so the life cannot change. The record says that the life
// may be signalled, and that a start follows, before the first signal.
func (u *unit) stop(ctx context.Context, order string) error {
	u.mu.Lock()
	l := u.life
	if l == nil || l.over() {
		u.mu.Unlock()
		return nil
	}
	err := u.write(func(r *unitRecord) { r.Phase, r.Order = phaseStopping, order })
	if err == nil {
		l.ours = true
	}
	u.mu.Unlock()
	if err != nil {
		return err
	}
	u.s.set.Failpoint("stop_intended")
	if err := u.end(ctx, l); err != nil {
		return err
	}
	u.s.set.Failpoint("stop_done")
	return nil
}

// end asks the process to end, and kills it if it does not in time.
func (u *unit) end(ctx context.Context, l *life) error {
	err := l.process.Signal(syscall.SIGTERM)
	l.process.Resume() // a stopped process cannot obey
	if err == nil && awaitEnd(ctx, l, u.p.spec.StopTimeout) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.Is(err, proc.ErrGone) {
		return fmt.Errorf("signalling: %w", err)
	}
	l.process.KillGroup()
	_ = l.process.Signal(syscall.SIGKILL)
	if !awaitEnd(ctx, l, killTimeout) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("it did not end within %s of SIGKILL", killTimeout)
	}
	return nil
}

func awaitEnd(ctx context.Context, l *life, limit time.Duration) bool {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case <-l.ended:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return false
}

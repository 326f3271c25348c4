package supervisor

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
)

// start begins a new life. The caller holds u.op. The token is on the disk
// before the fork, so that a process whose PID never got there is found again.
func (u *unit) start(ctx context.Context, order string) (*life, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rel, err := u.p.resolve()
	if err != nil {
		return nil, err
	}
	spec := u.p.command(u.spec, rel)
	spec.Log = u.logFile()
	spec.Token = u.s.newToken(u.spec.ID)

	u.mu.Lock()
	err = u.write(func(r *unitRecord) { r.Phase, r.Token, r.Order = phaseStarting, spec.Token, order })
	leftovers := u.life
	u.mu.Unlock()
	if err != nil {
		return nil, err
	}
	u.s.set.Failpoint("start_intended")
	if leftovers != nil && leftovers.over() {
		leftovers.process.KillGroup() // its workers could hold the port
	}
	if err := boundLog(spec.Log, u.p.spec.LogMaxBytes); err != nil {
		u.log.Warn("cannot rotate the log", zap.Error(err))
	}
	process, err := proc.Start(spec, u.s.boot)
	if err != nil {
		u.mu.Lock()
		u.noteEnd(event.AgentExited, err.Error())
		u.mu.Unlock()
		return nil, err
	}
	u.s.set.Failpoint("start_forked")
	l := newLife(process, rel, u.s.now())
	u.recordRunning(l)
	u.s.set.Failpoint("start_recorded")
	u.s.set.Observe.Started()
	u.attach(u.s.ctx, l, "started")
	return l, nil
}

// recordRunning writes down who runs. If that fails the process is still found
// by its token, so it is left alone.
func (u *unit) recordRunning(l *life) {
	u.mu.Lock()
	defer u.mu.Unlock()
	change := func(r *unitRecord) {
		r.Phase, r.Identity, r.Release, r.Started = phaseRunning, l.process.Identity(), l.release, l.started
		r.Status, r.Reason, r.Since = "", "", time.Time{}
	}
	if err := u.write(change); err != nil {
		u.log.Error("cannot write the unit's state; the process will be found by its mark", zap.Error(err))
		change(&u.rec)
	}
}

// awaitHealthy waits until the life is healthy for the first time.
func (u *unit) awaitHealthy(ctx context.Context, l *life, limit time.Duration) error {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case <-l.healthy:
		return nil
	case <-l.ended:
		u.mu.Lock()
		defer u.mu.Unlock()
		return fmt.Errorf("it ended before it was healthy: %s", u.reason)
	case <-timeout.C:
		return fmt.Errorf("it was not healthy within %s", limit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

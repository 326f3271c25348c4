package supervisor

import (
	"context"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/event"
)

// judgeProbes says what the probes so far make of a unit: a start has its
// start time-out to become healthy, and after it failures count.
func judgeProbes(now event.AgentStatus, t tally, p Probe, age, startTimeout time.Duration) event.AgentStatus {
	switch {
	case t.passed >= p.Successes:
		return event.AgentHealthy
	case t.failed < p.Failures:
		return now
	case now == event.AgentStarting && age < startTimeout:
		return now
	default:
		return event.AgentUnhealthy
	}
}

// probeLoop probes a life until it ends.
func (u *unit) probeLoop(ctx context.Context, l *life) {
	if u.spec.Probe == nil {
		u.setHealthy(l)
		return
	}
	p := newProber(*u.spec.Probe)
	var t tally
	for {
		started := time.Now()
		err := p.run(ctx)
		if ctx.Err() != nil || l.over() {
			return
		}
		t.add(err)
		u.mu.Lock()
		status := u.status
		u.mu.Unlock()
		switch next := judgeProbes(status, t, p.probe, time.Since(l.started), u.p.spec.StartTimeout); {
		case next == status:
		case next == event.AgentHealthy:
			u.setHealthy(l)
		default:
			u.setStatus(l, next, fmt.Sprintf("probe failed %d times in a row: %v", t.failed, err))
		}
		interval := p.probe.Interval
		if status == event.AgentStarting {
			interval = min(interval, firstInterval)
		}
		wait := time.NewTimer(interval - time.Since(started)) // at once if overdue
		select {
		case <-wait.C:
		case <-l.ended:
		case <-ctx.Done():
		}
		wait.Stop()
		if ctx.Err() != nil || l.over() {
			return
		}
	}
}

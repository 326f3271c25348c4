package supervisor

import (
	"context"
	"sync"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
)

// watchInterval bounds how late an exit is noticed.
const watchInterval = 50 * time.Millisecond

// life is one running process of a unit.
type life struct {
	process *proc.Process
	release release
	started time.Time
	ended   chan struct{} // closed when it is over

	once      sync.Once
	healthy   chan struct{} // closed when it is healthy for the first time
	healthyAt time.Time     // set before healthy is closed

	// ours says that we are ending it. Guarded by unit.mu, as the record that
	// says the same is written under that lock.
	ours bool
}

func newLife(p *proc.Process, rel release, started time.Time) *life {
	return &life{
		process: p, release: rel, started: started,
		ended: make(chan struct{}), healthy: make(chan struct{}),
	}
}

func (l *life) incarnation() event.Incarnation {
	return event.Incarnation(l.process.Identity().String())
}

func (l *life) becameHealthy(at time.Time) (first bool) {
	l.once.Do(func() {
		l.healthyAt = at
		close(l.healthy)
		first = true
	})
	return first
}

// watch waits for the end of the life, or of ctx.
func (l *life) watch(ctx context.Context) (proc.Exit, bool) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		if exit, ended := l.process.Ended(); ended {
			return exit, true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return proc.Exit{}, false
		}
	}
}

// over tells whether the life has ended.
func (l *life) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

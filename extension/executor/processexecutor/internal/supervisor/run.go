package supervisor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
	"github.com/otelheal/otelheal/healing"
)

// housekeeping is the pace at which a unit looks after what no event tells:
// a person's files, due restarts.
const housekeeping = 250 * time.Millisecond

// adopt takes over what the record and the running processes say, without
// touching anything. What is to be done then is done by run.
func (u *unit) adopt(known bool, marked map[string][]proc.Found) plan {
	f := found{known: known, sameBoot: u.rec.Identity.Boot == u.s.boot}
	mark, ok := pickMarked(marked[u.spec.ID], u.rec.Token, known && u.rec.Phase == phaseStarting)
	f.marked = ok
	process, err := proc.Open(u.rec.Identity, u.s.boot)
	if err == nil {
		// An uncollected process is a dead one.
		if exit, ended := process.Ended(); ended {
			u.foundEnded(exit)
			process.Close()
		} else {
			f.alive = true
		}
	} else if f.sameBoot {
		u.foundEnded(proc.Exit{})
	}
	todo := decide(&u.rec, f)
	if todo == planAdoptMarked {
		if process, err = proc.Open(mark.Identity, u.s.boot); err != nil {
			todo = planStart
		} else {
			rel, _ := u.p.resolve() // the best guess: it was started just before
			u.recordRunning(newLife(process, rel, u.s.now()))
		}
	}
	switch todo {
	case planAdopt, planAdoptMarked, planRestart:
		u.attach(u.s.ctx, newLife(process, u.rec.Release, u.rec.Started), "adopted")
	case planRest:
		u.mu.Lock()
		u.status, u.reason, u.since = u.rec.Status, u.rec.Reason, u.rec.Since
		u.planRetry(0)
		u.report()
		u.mu.Unlock()
	}
	if todo == planStart || todo == planRestart {
		u.op <- struct{}{} // given back by operate: no order comes between
	}
	return todo
}

// pickMarked chooses among the processes that carry this instance's mark: the
// one of the record's token. Without a record any is better than a double.
func pickMarked(all []proc.Found, token string, exact bool) (proc.Found, bool) {
	var best proc.Found
	ok := false
	for _, f := range all {
		if exact && f.Token != token {
			continue
		}
		if !ok || f.Token == token || f.Identity.Start < best.Identity.Start && best.Token != token {
			best, ok = f, true
		}
	}
	return best, ok
}

// foundEnded notes an end that nobody saw. Without a status it counts as a
// crash: a person who wants it to stay down can say so again, while a crash
// that is taken for a stop would never be healed.
func (u *unit) foundEnded(exit proc.Exit) {
	if u.rec.Phase != phaseRunning {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	status := judgeExit(exit)
	u.s.set.Observe.Exited(status)
	u.noteEnd(status, "ended while otelheal was away: "+exit.String())
	if status == event.AgentStopped {
		u.changed(event.ChangeManual, "a person ended it: "+exit.String())
	}
}

// run carries out the plan and then looks after the unit until ctx ends.
func (u *unit) run(ctx context.Context, todo plan) {
	switch todo {
	case planStart, planRestart:
		u.operate(ctx)
	default:
		u.settleOrder(ctx)
	}
	tick := time.NewTicker(housekeeping)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			u.housekeep(ctx)
		}
	}
}

// operate stops what runs and starts anew, on nobody's order or for one that a
// killed supervisor left half done. adopt has taken u.op for it.
func (u *unit) operate(ctx context.Context) {
	defer u.release()
	u.mu.Lock()
	order := u.rec.Order
	u.mu.Unlock()
	r := u.restart(ctx, order, time.Time{})
	if ctx.Err() == nil {
		u.s.finish(order, r)
	}
}

// settleOrder answers an order whose new life was started by the supervisor
// before this one.
func (u *unit) settleOrder(ctx context.Context) {
	u.mu.Lock()
	order, l, phase, reason := u.rec.Order, u.life, u.rec.Phase, u.rec.Reason
	u.mu.Unlock()
	if !u.s.journal.isOpen(order) {
		return
	}
	if l == nil || phase == phaseEnded {
		u.s.finish(order, u.result(healing.EffectFailed, "the new process ended: "+reason))
		return
	}
	err := u.awaitHealthy(ctx, l, u.p.spec.StartTimeout)
	if ctx.Err() == nil {
		u.s.finish(order, u.outcome(l, err))
	}
}

func (u *unit) housekeep(ctx context.Context) {
	u.look()
	u.mu.Lock()
	down := u.status == event.AgentExited || u.status == event.AgentStopped
	due := u.status == event.AgentExited && u.p.spec.RestartOnExit && !u.held && !u.retryAt.IsZero() && !u.s.now().Before(u.retryAt)
	u.mu.Unlock()
	asked := down && u.takeStartFile()
	if !due && !asked {
		return
	}
	select {
	case u.op <- struct{}{}:
		defer u.release()
	default: // an operation is under way
		return
	}
	u.mu.Lock()
	if asked {
		u.changed(event.ChangeManual, "a person started it")
	}
	u.retryAt = time.Time{}
	u.mu.Unlock()
	if r := u.restart(ctx, "", time.Time{}); r.Effect != healing.EffectDone && ctx.Err() == nil {
		u.log.Warn("start did not succeed", zap.String("reason", r.Detail))
		u.mu.Lock()
		if u.life == nil || u.life.over() {
			u.planRetry(0)
		}
		u.mu.Unlock()
	}
}

// look reads the person's hold file.
func (u *unit) look() {
	_, err := os.Stat(filepath.Join(u.s.set.Directory, "hold", u.spec.ID))
	u.mu.Lock()
	defer u.mu.Unlock()
	u.held = !errors.Is(err, os.ErrNotExist) // unreadable: rather hold
}

// takeStartFile tells whether a person asks for a start, once.
func (u *unit) takeStartFile() bool {
	return os.Remove(filepath.Join(u.s.set.Directory, "start", u.spec.ID)) == nil
}

// planRetry sets when restart_on_exit is due: a doubling pause, which a life
// longer than the longest pause ends. Called with u.mu held.
func (u *unit) planRetry(lived time.Duration) {
	if lived > u.p.spec.BackoffMax {
		u.retries = 0
	}
	u.retryAt = u.s.now().Add(backoff(u.p.spec.BackoffInitial, u.p.spec.BackoffMax, u.retries))
	u.retries++
}

func backoff(initial, limit time.Duration, retries int) time.Duration {
	d := initial
	for range min(retries, 32) {
		if d >= limit/2 {
			return limit
		}
		d *= 2
	}
	return min(d, limit)
}

package supervisor

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/durable"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
	"github.com/otelheal/otelheal/healing"
)

// unit is one instance of a program.
type unit struct {
	s    *Supervisor
	p    *program
	spec Instance
	log  *zap.Logger

	// op is held, by sending to it, by whoever stops or starts the unit.
	op chan struct{}

	mu      sync.Mutex // guards all below, and the unit's file
	rec     unitRecord
	life    *life // the last one; nil: none in this supervisor's time
	status  event.AgentStatus
	reason  string
	since   time.Time
	planned bool // a start or restart is under way
	held    bool // a person put a hold on it
	retries int  // restarts on exit in a row
	retryAt time.Time
}

func newUnit(s *Supervisor, p *program, spec Instance) *unit {
	return &unit{
		s: s, p: p, spec: spec, op: make(chan struct{}, 1),
		log:    s.set.Logger.With(zap.String("instance", spec.ID)),
		status: event.AgentStarting, since: s.now(),
	}
}

func (u *unit) file() string { return filepath.Join(u.s.set.Directory, "units", u.spec.ID+".json") }

func (u *unit) logFile() string { return filepath.Join(u.s.set.Directory, "logs", u.spec.ID+".log") }

// acquire takes the unit's operation, or fails with ctx.
func (u *unit) acquire(ctx context.Context) error {
	select {
	case u.op <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (u *unit) release() { <-u.op }

// write changes the record and syncs it. It is called with u.mu held. On an
// error the record in memory is left as it was.
func (u *unit) write(change func(*unitRecord)) error {
	next := u.rec
	change(&next)
	if err := durable.Write(u.file(), next); err != nil {
		return err
	}
	u.rec = next
	return nil
}

func (u *unit) entity() event.Entity {
	return event.Entity{
		Namespace: u.p.spec.Namespace, Service: u.p.spec.Service, Instance: u.spec.ID, Host: u.s.set.Host,
	}
}

// target is the unit in its present or last life. Called with u.mu held.
func (u *unit) target() event.Target {
	return event.Target{Entity: u.entity(), Incarnation: u.rec.incarnation()}
}

// setStatus notes what is seen of the life, unless that life is no longer the
// unit's, and reports it.
func (u *unit) setStatus(l *life, status event.AgentStatus, reason string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.life == l {
		u.became(status, reason)
	}
}

// became changes the status. Called with u.mu held.
func (u *unit) became(status event.AgentStatus, reason string) {
	if u.status != status {
		u.since = u.s.now()
		u.log.Info("unit changed", zap.String("from", string(u.status)), zap.String("to", string(status)),
			zap.String("reason", reason), zap.String("incarnation", string(u.rec.incarnation())))
	}
	u.status, u.reason = status, reason
	u.report()
}

// setPlanned notes that an operation of ours begins or ends.
func (u *unit) setPlanned(planned bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.planned != planned {
		u.planned = planned
		u.report()
	}
}

func (u *unit) setHealthy(l *life) {
	u.setStatus(l, event.AgentHealthy, "")
	at := l.started // without a probe, to run is all there is
	if u.spec.Probe != nil {
		at = u.s.now()
	}
	if l.becameHealthy(at) {
		u.p.sawHealthy(l.release)
	}
}

// report publishes the unit as it is. Called with u.mu held.
func (u *unit) report() {
	u.s.set.Publish(healing.Report{State: &event.AgentState{
		Entity: u.entity(), Incarnation: u.rec.incarnation(), Release: u.rec.Release.Name,
		Status: u.status, Reason: u.reason, Since: u.since, At: u.s.now(),
		Source: u.s.set.Source, Agent: u.p.spec.Agent, Planned: u.planned || u.p.rolling.Load(),
	}})
}

// reportAgain publishes the unit though nothing changed.
func (u *unit) reportAgain() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.report()
}

// unit is the unit as an inventory lists it.
func (u *unit) view() healing.Unit {
	previous := u.p.previousName()
	u.mu.Lock()
	defer u.mu.Unlock()
	return healing.Unit{
		Target: u.target(), Release: u.rec.Release.Name, Previous: previous, Status: u.status, Since: u.since,
		Started: u.rec.Started, OptOut: u.p.spec.OptOut || u.held, Planned: u.planned || u.p.rolling.Load(),
		Executor: u.s.set.Source, SelfHealed: u.p.spec.RestartOnExit,
	}
}

// attach makes l the unit's life and starts to watch it.
func (u *unit) attach(ctx context.Context, l *life, reason string) {
	u.mu.Lock()
	if old := u.life; old != nil {
		old.process.Close()
	}
	u.life = l
	u.since = u.s.now()
	u.status = "" // whatever comes now is a change
	u.became(event.AgentStarting, reason)
	u.mu.Unlock()
	u.s.spawn(func() {
		if exit, ended := l.watch(ctx); ended {
			u.onExit(l, exit)
		}
	})
	u.s.spawn(func() { u.probeLoop(ctx, l) })
}

// onExit notes the end of a life. An end that we caused is part of an
// operation, which goes on by itself.
func (u *unit) onExit(l *life, exit proc.Exit) {
	u.mu.Lock()
	defer u.mu.Unlock()
	defer close(l.ended)
	if u.life != l {
		return
	}
	if l.ours && u.planned {
		u.became(event.AgentStopped, exit.String())
		return
	}
	status := judgeExit(exit)
	if l.ours { // we had given up waiting for the end, so nobody starts it again
		status = event.AgentExited
	}
	u.s.set.Observe.Exited(status)
	u.noteEnd(status, exit.String())
	if status == event.AgentStopped {
		u.changed(event.ChangeManual, "a person ended it: "+exit.String())
	}
	u.planRetry(time.Since(l.started))
}

// noteEnd records an end that was not ours. Called with u.mu held.
func (u *unit) noteEnd(status event.AgentStatus, reason string) {
	err := u.write(func(r *unitRecord) {
		r.Phase, r.Status, r.Reason, r.Since = phaseEnded, status, reason, u.s.now()
	})
	if err != nil {
		u.log.Error("cannot write the unit's state", zap.Error(err))
	}
	u.became(status, reason)
}

// changed publishes what somebody did to the unit.
func (u *unit) changed(kind event.ChangeKind, to string) {
	u.s.set.Publish(healing.Report{Change: &event.Change{Entity: u.entity(), Kind: kind, To: to, At: u.s.now()}})
}

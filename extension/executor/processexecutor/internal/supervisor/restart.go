package supervisor

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// VerbRestart replaces one incarnation of an instance by a new one.
const VerbRestart = "restart"

// judgeRestart says whether the order may touch the unit: compare and act. It
// is called with u.op and u.mu held, so the answer holds until the act.
func (u *unit) judgeRestart(o healing.Order) (healing.Result, bool) {
	refuse := func(detail string) (healing.Result, bool) {
		return healing.Result{Effect: healing.EffectRefused, Now: u.target(), At: u.s.now(), Detail: detail}, false
	}
	current := u.target()
	switch {
	case o.Target.Incarnation == "":
		return refuse("the order names no incarnation")
	case o.Target.Incarnation != current.Incarnation:
		return healing.Result{Effect: healing.EffectSuperseded, Now: current, At: u.s.now(),
			Detail: "another incarnation is there"}, false
	case u.held:
		return refuse("a person put a hold on it: hold/" + u.spec.ID)
	case u.p.spec.OptOut:
		return refuse("its owner has opted out of healing")
	case u.status == event.AgentStopped:
		return refuse("a person stopped it")
	case u.p.rolling.Load():
		return refuse("a roll-out is under way")
	case !o.Deadline.IsZero() && !u.s.now().Before(o.Deadline):
		return refuse("its deadline has passed")
	}
	return healing.Result{}, true
}

// executeRestart carries out a restart order. Once it has begun it goes on
// even if ctx ends: what was stopped must be started.
func (s *Supervisor) executeRestart(ctx context.Context, o healing.Order) healing.Result {
	u := s.unit(o.Target.Entity)
	if u == nil {
		return healing.Result{Effect: healing.EffectRefused, At: s.now(), Detail: "no such instance here: " + o.Target.String()}
	}
	if err := u.acquire(ctx); err != nil {
		return healing.Result{Effect: healing.EffectNone, At: s.now(), Detail: "another operation on it took too long"}
	}
	u.look()
	u.mu.Lock()
	verdict, ok := u.judgeRestart(o)
	u.mu.Unlock()
	if !ok {
		u.release()
		return verdict
	}
	if err := s.journal.begin(o); err != nil {
		u.release()
		return healing.Result{Effect: healing.EffectNone, At: s.now(), Detail: "cannot write the journal: " + err.Error()}
	}
	s.set.Failpoint("order_begun")
	started := s.spawn(func() {
		defer u.release()
		r := u.restart(s.ctx, o.Key, o.Deadline)
		if s.ctx.Err() == nil {
			s.finish(o.Key, r)
		}
	})
	if !started {
		u.release()
		return healing.Result{Effect: healing.EffectUnknown, At: s.now(), Detail: "shutting down"}
	}
	return s.await(ctx, o)
}

// answerMargin is kept between the last moment to become healthy and the
// order's deadline.
const answerMargin = 200 * time.Millisecond

// restart stops the present life if there is one, starts another and waits
// until it is healthy, at most until the deadline if there is one. The caller
// holds u.op.
func (u *unit) restart(ctx context.Context, order string, deadline time.Time) healing.Result {
	u.setPlanned(true)
	defer u.setPlanned(false)
	if err := u.stop(ctx, order); err != nil {
		return u.result(healing.EffectFailed, "stopping: "+err.Error())
	}
	l, err := u.start(ctx, order)
	if err != nil {
		if ctx.Err() == nil {
			u.mu.Lock()
			u.became(event.AgentExited, err.Error())
			u.mu.Unlock()
		}
		return u.result(healing.EffectFailed, "starting: "+err.Error())
	}
	limit := u.p.spec.StartTimeout
	if !deadline.IsZero() { // a little earlier, so that the answer is still heard
		limit = min(limit, max(time.Until(deadline)-answerMargin, 0))
	}
	return u.outcome(l, u.awaitHealthy(ctx, l, limit))
}

// outcome is the result of a start of l that ended with err.
func (u *unit) outcome(l *life, err error) healing.Result {
	if err != nil {
		return u.result(healing.EffectFailed, err.Error())
	}
	return healing.Result{
		Effect: healing.EffectDone, At: l.healthyAt,
		Now: event.Target{Entity: u.entity(), Incarnation: l.incarnation()},
	}
}

func (u *unit) result(effect healing.Effect, detail string) healing.Result {
	u.mu.Lock()
	defer u.mu.Unlock()
	return healing.Result{Effect: effect, Now: u.target(), At: u.s.now(), Detail: detail}
}

// finish answers an order, if it is one.
func (s *Supervisor) finish(key string, r healing.Result) {
	if key == "" {
		return
	}
	if err := s.journal.finish(key, r); err != nil {
		s.set.Logger.Error("cannot write the journal of orders", zap.Error(err))
	}
	s.set.Failpoint("order_finished")
}

// await waits for the answer to an order that has begun.
func (s *Supervisor) await(ctx context.Context, o healing.Order) healing.Result {
	r, wait, known := s.journal.find(o.Key)
	switch {
	case !known && s.journal.forgot(o.Issued):
		return healing.Result{Effect: healing.EffectUnknown, At: s.now(), Detail: "the journal reaches back less far than the order"}
	case !known:
		return healing.Result{Effect: healing.EffectNone, At: s.now(), Detail: "nothing was touched for this order"}
	case wait == nil:
		return r
	}
	select {
	case <-wait:
		r, _, _ = s.journal.find(o.Key)
		return r
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	return healing.Result{Effect: healing.EffectUnknown, At: s.now(), Detail: "it is under way"}
}

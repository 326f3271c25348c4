package supervisor

import (
	"context"
	"os"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// VerbRollback brings a whole program back to its previous healthy release.
const VerbRollback = "rollback"

// judgeRollback compares the order with what is there. The caller holds p.op.
func (p *program) judgeRollback(o healing.Order) (to release, verdict healing.Result, ok bool) {
	say := func(effect healing.Effect, detail string) (release, healing.Result, bool) {
		return release{}, healing.Result{Effect: effect, Now: p.target(), At: p.s.now(), Detail: detail}, false
	}
	if o.Target.Incarnation == "" {
		return say(healing.EffectRefused, "the order names no incarnation")
	}
	current := p.target().Incarnation
	if o.Target.Entity.Instance != "" {
		u := p.s.unit(o.Target.Entity)
		if u == nil {
			return say(healing.EffectRefused, "no such instance here: "+o.Target.String())
		}
		u.mu.Lock()
		current = u.target().Incarnation
		u.mu.Unlock()
	}
	if o.Target.Incarnation != current {
		return say(healing.EffectSuperseded, "another incarnation is there")
	}
	for _, u := range p.units {
		u.look()
		u.mu.Lock()
		held := u.held
		u.mu.Unlock()
		if held {
			return say(healing.EffectRefused, "a person put a hold on "+u.spec.ID)
		}
	}
	p.mu.Lock()
	now := p.rec.Current
	to, has := p.rec.previous()
	p.mu.Unlock()
	linked, err := p.resolve()
	switch {
	case p.spec.OptOut:
		return say(healing.EffectRefused, "its owner has opted out of healing")
	case err != nil:
		return say(healing.EffectRefused, err.Error())
	case linked.Dir != now.Dir:
		return say(healing.EffectSuperseded, "a person has just changed the release")
	case !has:
		return say(healing.EffectRefused, "there is no earlier release that was healthy")
	case !o.Deadline.IsZero() && !p.s.now().Before(o.Deadline):
		return say(healing.EffectRefused, "its deadline has passed")
	}
	if info, err := os.Stat(to.Dir); err != nil || !info.IsDir() {
		return say(healing.EffectRefused, "the previous release "+to.Dir+" is no longer there")
	}
	return to, healing.Result{}, true
}

// executeRollback carries out a rollback order.
func (s *Supervisor) executeRollback(ctx context.Context, o healing.Order) healing.Result {
	p := s.program(o.Target.Entity)
	if p == nil || p.spec.Release == "" {
		return healing.Result{Effect: healing.EffectRefused, At: s.now(), Detail: "no such service with releases here: " + o.Target.String()}
	}
	select {
	case p.op <- struct{}{}:
	default:
		return healing.Result{Effect: healing.EffectRefused, At: s.now(), Now: p.target(), Detail: "a roll-out is under way"}
	}
	to, verdict, ok := p.judgeRollback(o)
	if !ok {
		<-p.op
		return verdict
	}
	if err := s.journal.begin(o); err != nil {
		<-p.op
		return healing.Result{Effect: healing.EffectNone, At: s.now(), Detail: "cannot write the journal: " + err.Error()}
	}
	s.set.Failpoint("order_begun")
	p.mu.Lock()
	r := roll{Kind: event.ChangeRollback, Order: o.Key, From: p.rec.Current, To: to, At: s.now()}
	err := p.write(func(rec *programRecord) {
		rec.Current, rec.Roll = to, &r
		rec.forget(r.From)
	})
	p.mu.Unlock()
	if err != nil {
		<-p.op
		if err := s.journal.withdraw(o.Key); err != nil {
			p.log.Error("cannot write the journal of orders", zap.Error(err))
		}
		return healing.Result{Effect: healing.EffectNone, At: s.now(), Detail: "cannot write the state: " + err.Error()}
	}
	p.rolling.Store(true)
	if !s.spawn(func() { p.carryOut(s.ctx, r) }) {
		p.rolling.Store(false)
		<-p.op
	}
	return s.await(ctx, o)
}

package supervisor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// linkInterval is how often the release's link is looked at.
const linkInterval = time.Second

// run finishes a roll-out that was cut off, then follows the release's link.
func (p *program) run(ctx context.Context) {
	if p.spec.Release == "" {
		return
	}
	p.mu.Lock()
	left := p.rec.Roll
	p.mu.Unlock()
	if left != nil {
		// Start holds p.op and rolling for us, so that no order came between.
		p.carryOut(ctx, *left)
	}
	tick := time.NewTicker(linkInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.followLink(ctx)
		}
	}
}

// followLink rolls the program to the release that a person has linked.
func (p *program) followLink(ctx context.Context) {
	select {
	case p.op <- struct{}{}:
	default:
		return
	}
	to, err := p.resolve()
	p.mu.Lock()
	from := p.rec.Current
	if err != nil || to.Dir == from.Dir {
		p.mu.Unlock()
		<-p.op // a link that is being changed points nowhere for a moment
		return
	}
	r := roll{Kind: event.ChangeRelease, From: from, To: to, At: p.s.now()}
	err = p.write(func(rec *programRecord) { rec.Current, rec.Roll = to, &r })
	p.mu.Unlock()
	if err != nil {
		p.log.Error("cannot write the program's state; the release is not rolled out", zap.Error(err))
		<-p.op
		return
	}
	p.log.Info("release changed", zap.String("from", from.Name), zap.String("to", to.Name))
	p.rolling.Store(true)
	p.carryOut(ctx, r)
}

// carryOut brings every instance to the release, one after another. It may be
// repeated from the start: what is there already is left alone. The caller has
// taken p.op and set rolling; both are given back here.
func (p *program) carryOut(ctx context.Context, r roll) {
	defer func() {
		p.rolling.Store(false)
		<-p.op
		p.reportAgain()
	}()
	p.reportAgain() // planned from now on
	p.s.set.Failpoint("roll_begun")
	var failed []string
	if r.Kind == event.ChangeRollback {
		if now, err := p.resolve(); err != nil || now.Dir != r.To.Dir {
			if err := p.flip(r.To); err != nil {
				p.abandon(r, "changing the link: "+err.Error())
				return
			}
		}
		p.s.set.Failpoint("roll_flipped")
	}
	p.s.set.Publish(healing.Report{Change: &event.Change{
		Entity: p.entity(), Kind: r.Kind, From: r.From.Name, To: r.To.Name, By: p.by(r), At: r.At,
	}})
	last := p.s.now()
	for _, u := range p.units {
		at, err := u.roll(ctx, r)
		if ctx.Err() != nil {
			return // the next supervisor goes on
		}
		if err != nil {
			failed = append(failed, u.spec.ID+": "+err.Error())
			p.log.Error("instance did not come up on the release", zap.String("instance", u.spec.ID), zap.Error(err))
		} else if at.After(last) {
			last = at
		}
	}
	p.end(r, last, failed)
}

func (p *program) reportAgain() {
	for _, u := range p.units {
		u.reportAgain()
	}
}

func (p *program) by(r roll) string {
	if r.Kind == event.ChangeRollback {
		return p.s.set.Source
	}
	return ""
}

// end notes that the roll-out is over and answers its order.
func (p *program) end(r roll, at time.Time, failed []string) {
	p.mu.Lock()
	err := p.write(func(rec *programRecord) { rec.Roll = nil })
	p.mu.Unlock()
	if err != nil {
		p.log.Error("cannot write the program's state", zap.Error(err))
	}
	res := healing.Result{Effect: healing.EffectDone, At: at, Now: p.target()}
	if len(failed) > 0 {
		res.Effect, res.Detail = healing.EffectFailed, strings.Join(failed, "; ")
	}
	p.s.finish(r.Order, res)
}

// abandon ends a rollback whose link could not be changed: the instances stay
// where they are.
func (p *program) abandon(r roll, detail string) {
	p.mu.Lock()
	err := p.write(func(rec *programRecord) { rec.Current, rec.Roll = r.From, nil })
	p.mu.Unlock()
	if err != nil {
		p.log.Error("cannot write the program's state", zap.Error(err))
	}
	p.s.finish(r.Order, healing.Result{Effect: healing.EffectFailed, At: p.s.now(), Now: p.target(), Detail: detail})
}

// target is the program as a whole, in its current release.
func (p *program) target() event.Target {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := event.Target{Entity: p.entity()}
	if p.rec.Current.Name != "" {
		t.Incarnation = event.ReleaseIncarnation(p.rec.Current.Name)
	}
	return t
}

// roll brings the unit to the release and tells when it was healthy there.
// What a person has stopped stays down.
func (u *unit) roll(ctx context.Context, r roll) (time.Time, error) {
	if err := u.acquire(ctx); err != nil {
		return time.Time{}, err
	}
	defer u.release()
	u.mu.Lock()
	l, status, has := u.life, u.status, u.rec.Release
	u.mu.Unlock()
	if status == event.AgentStopped {
		return time.Time{}, nil
	}
	if l != nil && !l.over() && has.Dir == r.To.Dir {
		if err := u.awaitHealthy(ctx, l, u.p.spec.StartTimeout); err != nil {
			return time.Time{}, err
		}
		return l.healthyAt, nil
	}
	res := u.restart(ctx, "", time.Time{})
	if res.Effect != healing.EffectDone {
		return time.Time{}, fmt.Errorf("%s", res.Detail)
	}
	return res.At, nil
}

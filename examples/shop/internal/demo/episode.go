package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/report"
)

// How long an episode may take.
const (
	answerWithin = 60 * time.Second // until the fault is answered
	settleWithin = 60 * time.Second // until all is quiet again
	patience     = 8 * time.Second  // how long nothing may be touched after a page
)

// Play breaks one thing, waits for what otelheal makes of it, mends what is
// left, waits for quiet, and judges.
func (d *Demo) Play(ctx context.Context, c fault.Case) (*judge.Finding, error) {
	lost, err := d.sendRecords(ctx, c)
	if err != nil {
		return nil, err
	}
	e := &judge.Episode{Shop: d.shop(), Case: c, Injected: time.Now(), Record: &d.watch.Record}
	if err := d.breakIt(ctx, c); err != nil {
		return nil, err
	}
	err = d.await(ctx, answerWithin, "an answer", func() bool {
		e.Ended = time.Now()
		f := judge.Judge(e)
		d.status.show(report.Row(&f, d.watch.Witness))
		return answered(f, e.Ended)
	})
	if err != nil && !errors.Is(err, errTime) {
		return nil, err
	}
	if e.Lost, err = lost(); err != nil {
		return nil, err
	}
	if err := d.mend(ctx, c); err != nil {
		return nil, err
	}
	d.status.show(fmt.Sprintf("%-8s %-14s waiting for quiet", c.Kind, report.Where(c)))
	settled := d.settle(ctx, calm(c, time.Now()))
	if settled != nil && !errors.Is(settled, errTime) {
		return nil, settled
	}
	e.Ended = time.Now()
	f := judge.Judge(e)
	if settled != nil {
		f.Breaches = append(f.Breaches, "a minute later the shop or otelheal was not quiet again")
	}
	return &f, nil
}

// answered tells whether nothing more is to be expected.
func answered(f judge.Finding, now time.Time) bool {
	if f.Case.Answer().Verb != "" && !f.Verified.IsZero() && !f.Restored.IsZero() {
		return true
	}
	if !f.Paged {
		return false
	}
	last := f.Outcomes[len(f.Outcomes)-1]
	return last.Ended() && now.Sub(last.At) > patience
}

// calmAfterRush is how long the usual customers come before the next fault, so
// that nobody takes the rush for the usual demand.
const calmAfterRush = 20 * time.Second

// calm is when the shop may be looked at again after it was mended.
func calm(c fault.Case, mended time.Time) time.Time {
	if c.Kind == fault.Load {
		return mended.Add(calmAfterRush)
	}
	return mended
}

// settle waits until the shop is well, no incident is open and no action under
// way, but not only until from.
func (d *Demo) settle(ctx context.Context, from time.Time) error {
	return d.await(ctx, settleWithin, "the shop to be well and otelheal to be quiet", func() bool {
		return time.Now().After(from) && d.quiet() && d.limits.Well(d.watch.Witness, wellFor) && d.healthy()
	})
}

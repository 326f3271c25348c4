package backendtest

import (
	"context"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// timeChecks are about what must not be begun.
func timeChecks() []check {
	return []check{
		{
			name: "expired", expect: "an action whose `expires` is past is refused (4xx), or taken and never begun",
			why: "what it knows is old: the target may have recovered, or be another one by now",
			run: expired,
		},
		{
			name: "dry run", expect: "an action with `mode: dry_run` is taken and never begun",
			why: "people try policies that way, on what must not be touched",
			run: dryRun,
		},
	}
}

func expired(ctx context.Context, t *tester) finding {
	a := t.acting("expired")
	a.IssuedAt, a.Expires = a.IssuedAt.Add(-2*time.Minute), a.IssuedAt.Add(-time.Minute)
	for k := range a.Incident.Evidence {
		a.Incident.Evidence[k].At = a.IssuedAt
	}
	r := t.post(ctx, t.message(a))
	switch {
	case r.refused():
		return pass("%s", r)
	case !r.taken():
		return fail("%s, which the exporter takes for a reason to try again", r)
	}
	return neverBegun(ctx, t, a, r)
}

func dryRun(ctx context.Context, t *tester) finding {
	a := t.acting("dry") // on the target that is acted on later
	a.Mode = event.ModeDryRun
	r := t.post(ctx, t.message(a))
	if !r.taken() {
		return fail("%s", r)
	}
	return neverBegun(ctx, t, a, r)
}

// neverBegun asks what became of an action that was taken.
func neverBegun(ctx context.Context, t *tester, a *event.Action, r reply) finding {
	if r.receipt.Verdict == healing.VerdictInvalid || r.receipt.Verdict == healing.VerdictStale {
		return pass("%s", r)
	}
	o, asked := t.ended(ctx, a.ID)
	switch {
	case !asked:
		if t.opt.Effects != "" {
			return pass("%s, and no effect was seen", r)
		}
		return unseen("%s; whether it was begun cannot be seen without --effects or GET …/{id}", r)
	case o.began():
		return fail("%s, and its state is %.40q", r, o.State)
	}
	return pass("%s, and its state is %.40q", r, o.State)
}

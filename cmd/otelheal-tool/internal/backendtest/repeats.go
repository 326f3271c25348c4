package backendtest

import (
	"context"
	"net/http/httptrace"
	"time"

	"github.com/otelheal/otelheal/healing"
)

// repeatChecks are about messages that come more than once, as all do sooner or
// later.
func repeatChecks() []check {
	return []check{
		{
			name: "replayed message", effects: 1,
			expect: "a message that comes again, byte for byte and signed anew, is answered 2xx or 409; it has one effect in all",
			why:    "the exporter sends a message again when the answer was lost, and so can somebody who recorded it",
			run:    replayed,
		},
		{
			name:   "duplicate key",
			expect: "another incident's action for the same step on the same incarnation is answered 2xx or 4xx, and has no further effect",
			why:    "after a restart the same fault has another incident ID; only target, incarnation and step tell that it was dealt with",
			run: func(ctx context.Context, t *tester) finding {
				r := t.post(ctx, t.message(t.acting("duplicate")))
				if r.again() {
					return fail("%s", r)
				}
				return unseen("%s", r)
			},
		},
		{
			name:   "newer revision",
			expect: "the action with a newer revision of its incident is taken, with no further effect: 2xx",
			why:    "every ten seconds an open incident comes again, grown; the action's ID stays",
			run:    newer,
		},
		{
			name:   "older revision",
			expect: "a revision that comes late is answered 2xx or 409 and changes nothing",
			why:    "messages overtake each other; what is older must not undo what is newer",
			run:    older,
		},
		{
			name:   "lost answer",
			expect: "a message whose sender hung up before the answer is known when it comes again: 2xx or 409",
			why:    "a time-out leaves it open whether the action was taken; the same message asks again",
			run:    lostAnswer,
		},
	}
}

// known is what may be answered to something that was taken before.
func known(r reply) bool {
	return r.taken() || r.code == 409
}

func replayed(ctx context.Context, t *tester) finding {
	before, err := t.effects(ctx)
	if err != nil {
		return fail("%s", err)
	}
	m := t.message(t.acting("replayed"))
	first := t.post(ctx, m)
	if !first.taken() {
		return fail("at first %s", first)
	}
	if t.opt.Act {
		t.awaitEffects(ctx, before+1)
	}
	again := t.post(ctx, m)
	later := m
	later.at = m.at.Add(2 * time.Second) // as after a retry
	third := t.post(ctx, later)
	for _, r := range []reply{again, third} {
		switch {
		case !known(r):
			return fail("at first %s, then %s", first, r)
		case r.receipt.Verdict == healing.VerdictAccepted:
			return fail("at first %s, then once more %s, as if it were new", first, r)
		}
	}
	if again.receipt.Verdict == "" && again.code != 409 {
		return unseen("%s, %s, %s: without a receipt the answers do not tell whether it was known", first, again, third)
	}
	return pass("%s, %s, %s", first, again, third)
}

func newer(ctx context.Context, t *tester) finding {
	a := t.acting("replayed") // the action that was carried out, if any was
	a.Incident.Revision++
	return mustTake(t.post(ctx, t.message(a)))
}

func older(ctx context.Context, t *tester) finding {
	a := t.acting("replayed")
	a.Incident.Revision--
	if r := t.post(ctx, t.message(a)); !known(r) {
		return fail("%s", r)
	} else {
		return pass("%s", r)
	}
}

func lostAnswer(ctx context.Context, t *tester) finding {
	m := t.message(t.dryRun("lost"))
	gone, hangUp := context.WithCancel(ctx)
	defer hangUp()
	gone = httptrace.WithClientTrace(gone, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { hangUp() },
	})
	first := t.post(gone, m)
	pause(ctx, pollEvery) // for the backend to be done with it, or not
	r := t.post(ctx, m)
	if !known(r) {
		return fail("after a lost answer (%s) it is %s", first, r)
	}
	return pass("%s", r)
}

package backendtest

import (
	"context"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// signatureChecks are about who may cause anything at all.
func signatureChecks() []check {
	refused := "refused with 401, or another 4xx but 408 and 429; no effect"
	return []check{
		{
			name: "signed", expect: "an action that is signed properly is taken: 2xx",
			why: "nothing can be healed by a backend that turns properly signed actions away",
			run: func(ctx context.Context, t *tester) finding {
				return mustTake(t.post(ctx, t.message(t.dryRun("signed"))))
			},
		},
		{
			name: "two signatures", expect: "taken if any one of the signatures is right: 2xx",
			why: "while a secret is rotated each message has two signatures; who looks at the first only goes deaf for that time",
			run: func(ctx context.Context, t *tester) finding {
				m := t.message(t.dryRun("rotation"))
				m.signers = []*standardwebhooks.Webhook{t.stranger, t.signer}
				return mustTake(t.post(ctx, m))
			},
		},
		{
			name: "no signature", expect: refused,
			why: "anyone who reaches the port could restart things",
			run: tampered("unsigned", func(h http.Header) { h.Del(standardwebhooks.HeaderWebhookSignature) }),
		},
		{
			name: "wrong secret", expect: refused,
			why: "a signature that is not compared is none",
			run: func(ctx context.Context, t *tester) finding {
				m := t.message(t.acting("stranger"))
				m.signers = []*standardwebhooks.Webhook{t.stranger}
				return mustRefuse(t.post(ctx, m))
			},
		},
		{
			name: "changed body", expect: refused,
			why: "whoever is on the way could aim the action at something else",
			run: func(ctx context.Context, t *tester) finding {
				m := t.message(t.acting("changed"))
				signed := t.message(t.acting("original"))
				m.header = func(h http.Header) {
					h.Set(standardwebhooks.HeaderWebhookSignature, signatureOf(t, m.id, m.at, signed.body))
				}
				return mustRefuse(t.post(ctx, m))
			},
		},
		{
			name: "changed message id", expect: refused,
			why: "a message that was recorded could be sent again under a new ID, past the memory of those that were taken",
			run: tampered("renamed", func(h http.Header) { h.Set(standardwebhooks.HeaderWebhookID, "backend-test-another") }),
		},
		{
			name: "no message id", expect: refused,
			why: "a message without an ID cannot be known again",
			run: tampered("nameless", func(h http.Header) { h.Del(standardwebhooks.HeaderWebhookID) }),
		},
		{
			name: "old signature", expect: refused,
			why: "a message that was recorded could be sent again for ever; Standard Webhooks allow five minutes",
			run: signedAt("old", -6*time.Minute),
		},
		{
			name: "signature from the future", expect: refused,
			why: "a time stamp far ahead keeps a recorded message good until then",
			run: signedAt("future", 6*time.Minute),
		},
	}
}

// tampered sends an action whose headers were changed after it was signed.
func tampered(name string, change func(http.Header)) func(context.Context, *tester) finding {
	return func(ctx context.Context, t *tester) finding {
		m := t.message(t.acting(name))
		m.header = change
		return mustRefuse(t.post(ctx, m))
	}
}

// signedAt sends an action that was signed at another time than now.
func signedAt(name string, off time.Duration) func(context.Context, *tester) finding {
	return func(ctx context.Context, t *tester) finding {
		m := t.message(t.acting(name))
		m.at = m.at.Add(off)
		return mustRefuse(t.post(ctx, m))
	}
}

func signatureOf(t *tester, id string, at time.Time, body []byte) string {
	s, err := t.signer.Sign(id, at, body)
	if err != nil {
		panic(err) // the secret was checked when the tester was made
	}
	return s
}

func mustTake(r reply) finding {
	if r.taken() {
		return pass("%s after %s", r, r.took.Round(time.Millisecond))
	}
	return fail("%s", r)
}

func mustRefuse(r reply) finding {
	switch {
	case r.refused():
		return pass("%s", r)
	case r.again():
		return fail("%s, which the exporter takes for a reason to try again", r)
	}
	return fail("%s", r)
}

package healing

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Plan is the action that the first matching policy wants for the incident. If
// none matches it is one of the policy [Unmatched]: a dry run without steps,
// which a healer answers with a page.
//
// The same incident gives the same action, byte for byte, whoever plans it and
// how often, so that the planner keeps no state and a doubled submission dies
// at the key. now only bounds the incident's times, which a clock that runs
// ahead would otherwise turn into an action that never expires.
func Plan(policies []Policy, i *event.Incident, now time.Time) event.Action {
	p := Policy{Name: Unmatched}
	if k := slices.IndexFunc(policies, func(p Policy) bool { return p.Match.matches(i) }); k >= 0 {
		p = policies[k]
	}
	p = p.withDefaults()
	for k := range p.Steps {
		p.Steps[k].Params = maps.Clone(p.Steps[k].Params)
	}
	issued := i.UpdatedAt
	if issued.IsZero() || issued.After(now) {
		issued = now
	}
	newest := newestEvidence(i, issued)
	return event.Action{
		ID:       ActionID(i.ID),
		Policy:   p.Name,
		Mode:     p.Mode,
		Target:   i.Cause.Target,
		Steps:    p.Steps,
		IssuedAt: issued,
		Expires:  newest.Add(p.Expires),
		Incident: *i,
	}
}

// ActionID is the action of an incident, always the same one. It is a hash so
// that an incident's ID of any form and length gives a key of one form.
func ActionID(incidentID string) string {
	sum := sha256.Sum256([]byte("otelheal action of incident\x00" + incidentID))
	return "act-" + hex.EncodeToString(sum[:12])
}

// newestEvidence is when the incident was last seen to hurt, at most limit: the
// newest item of evidence, or a symptom that was fresh and out of its band.
func newestEvidence(i *event.Incident, limit time.Time) time.Time {
	var newest time.Time
	take := func(t time.Time) {
		if t.After(limit) {
			t = limit
		}
		if t.After(newest) {
			newest = t
		}
	}
	for _, e := range i.Evidence {
		take(e.At)
	}
	for _, s := range i.Symptoms {
		if !s.Band.Contains(s.Observed) {
			take(s.FreshAt)
		}
	}
	if newest.IsZero() {
		return limit
	}
	return newest
}

// DeliverBy is the time after which an action must not be delivered any more.
// It is not Expires alone: after that nothing may be begun, but whoever began
// before needs every revision of the incident to see whether it helped, and so
// does whoever waits for its end. A revision is news for DefaultExpires.
func DeliverBy(a *event.Action) time.Time {
	by := a.IssuedAt.Add(DefaultExpires)
	if a.Expires.After(by) {
		by = a.Expires
	}
	return by
}

// Premature tells whether an action would only call a person, about a cause that
// is still a first guess. The ranking is done within a second or so, and then
// there is often a policy that knows what to do; but an action that has paged
// has ended, and takes no later revision.
func Premature(a *event.Action) bool {
	return len(a.Steps) == 0 && !a.Incident.Settled
}

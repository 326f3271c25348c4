package healing

import (
	"time"

	"github.com/otelheal/otelheal/event"
)

// Policy says what may be done about one sort of incident. Policies are tried
// in order and the first that matches is the one that counts.
type Policy struct {
	Name  string
	Match Match
	Mode  event.Mode // empty: ModeDryRun
	// Steps are the ladder. Without any, a match leaves the incident to people.
	Steps []event.Step
	// Expires is how long evidence may lead to an action; zero: DefaultExpires.
	Expires time.Duration
}

// Defaults of what a policy leaves out.
const (
	// DefaultTimeout is for the effect of a step: a stop that waits for requests
	// under way, often 10 s, and a start of a program that fills its caches.
	DefaultTimeout = 20 * time.Second
	// DefaultVerifyWithin is for the proof of recovery: at least two intervals
	// of metrics exported each 10 s, and time for callers to connect again.
	DefaultVerifyWithin = 30 * time.Second
	// DefaultHold is how long the proof must last: three probes or samples at
	// 1 s. One good sample is what a program shows that fails a moment later.
	DefaultHold = 3 * time.Second
	// DefaultExpires is the age at which evidence says nothing about now: as
	// many as three emissions of an open incident were lost by then.
	DefaultExpires = 30 * time.Second
)

// Unmatched is the policy of an action that no policy asked for. It has no
// steps: a healer pages. No policy may have its name.
const Unmatched = "none"

// MaxPolicies bounds a list of policies.
const MaxPolicies = 256

// withDefaults is the policy with everything that it left out.
func (p Policy) withDefaults() Policy {
	if p.Mode == "" {
		p.Mode = event.ModeDryRun
	}
	if p.Expires == 0 {
		p.Expires = DefaultExpires
	}
	steps := make([]event.Step, len(p.Steps))
	for k, s := range p.Steps {
		steps[k] = stepWithDefaults(s)
	}
	p.Steps = steps
	return p
}

func stepWithDefaults(s event.Step) event.Step {
	if s.Timeout == 0 {
		s.Timeout = event.Duration(DefaultTimeout)
	}
	if s.VerifyWithin == 0 {
		s.VerifyWithin = event.Duration(DefaultVerifyWithin)
	}
	if s.Hold == 0 {
		s.Hold = event.Duration(DefaultHold)
	}
	return s
}

package healing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// ValidatePolicies tells everything that is wrong with the policies at once,
// each fault with the key, the rule, the value found and what to do.
func ValidatePolicies(policies []Policy) error {
	var f policyFaults
	if len(policies) > MaxPolicies {
		f.addf("", "has %d policies, at most %d are allowed: join those that differ by a service only", len(policies), MaxPolicies)
	}
	first := map[string]int{}
	for k := range policies {
		p := &policies[k]
		at := fmt.Sprintf("[%d]", k)
		if p.Name != "" {
			at = fmt.Sprintf("[%d] (%q)", k, p.Name)
		}
		if j, ok := first[p.Name]; ok && p.Name != "" {
			f.addf(at, "`name` is that of policy [%d] too: give each its own", j)
		} else {
			first[p.Name] = k
		}
		f.policy(at, p)
	}
	return errors.Join(f...)
}

// Validate tells everything that is wrong with the policy.
func (p *Policy) Validate() error {
	var f policyFaults
	f.policy("", p)
	return errors.Join(f...)
}

type policyFaults []error

func (f *policyFaults) addf(at, format string, args ...any) {
	if at != "" {
		at += ": "
	}
	*f = append(*f, errors.New(at+fmt.Sprintf(format, args...)))
}

func (f *policyFaults) policy(at string, p *Policy) {
	switch {
	case p.Name == "":
		f.addf(at, "`name` is missing: outcomes and pages name the policy that led to them")
	case p.Name == Unmatched:
		f.addf(at, "`name` must not be %q, which stands for incidents that no policy matches", Unmatched)
	case len(p.Name) > event.MaxName:
		f.addf(at, "`name` must have at most %d bytes, found %d", event.MaxName, len(p.Name))
	}
	if p.Mode != "" && p.Mode != event.ModeDryRun && p.Mode != event.ModeAct {
		f.addf(at, "`mode` must be %s or %s, found %q", event.ModeDryRun, event.ModeAct, p.Mode)
	}
	f.duration(at, "expires", p.Expires)
	f.match(at, p)
	if len(p.Steps) > event.MaxSteps {
		f.addf(at, "`steps` must have at most %d, found %d: page a person earlier", event.MaxSteps, len(p.Steps))
	}
	for k := range p.Steps {
		f.step(at, fmt.Sprintf("steps[%d]", k), &p.Steps[k])
	}
}

func (f *policyFaults) match(at string, p *Policy) {
	m := &p.Match
	for _, k := range m.Kinds {
		if !slices.Contains(event.Kinds, k) {
			f.addf(at, "`match::kinds` must be of %s, found %q", kindList(), k)
		}
	}
	if p.Mode == event.ModeAct && len(p.Steps) > 0 && len(m.Kinds) == 0 {
		f.addf(at, "`match::kinds` must name at least one kind where `mode` is act, found none: "+
			"what repairs a crash makes an overload worse; there are %s", kindList())
	}
	if !(m.MinConfidence >= 0 && m.MinConfidence <= 1) {
		f.addf(at, "`match::min_confidence` must be from 0 to 1, found %v", m.MinConfidence)
	}
	if slices.Contains(m.Services, "") {
		f.addf(at, "`match::services` must not have an empty pattern, which matches nothing: write \"*\" or leave the list out")
	}
	for _, l := range []struct {
		key      string
		patterns []string
	}{{"services", m.Services}, {"namespaces", m.Namespaces}, {"instances", m.Instances}} {
		for _, s := range l.patterns {
			if len(s) > event.MaxName {
				f.addf(at, "`match::%s` must have patterns of at most %d bytes, found one of %d", l.key, event.MaxName, len(s))
			}
		}
	}
}

func (f *policyFaults) step(at, key string, s *event.Step) {
	if s.Verb == "" {
		f.addf(at, "`%s::verb` is missing: say what to do, such as restart", key)
	}
	if s.Executor == "" {
		f.addf(at, "`%s::executor` is missing: name the executor extension, such as process_executor", key)
	}
	for _, t := range []struct{ key, value string }{{"verb", s.Verb}, {"executor", s.Executor}} {
		if len(t.value) > event.MaxName {
			f.addf(at, "`%s::%s` must have at most %d bytes, found %d", key, t.key, event.MaxName, len(t.value))
		}
	}
	f.duration(at, key+"::timeout", time.Duration(s.Timeout))
	f.duration(at, key+"::verify_within", time.Duration(s.VerifyWithin))
	f.duration(at, key+"::hold", time.Duration(s.Hold))
	if d := stepWithDefaults(*s); d.Hold >= d.VerifyWithin && s.Hold >= 0 && s.VerifyWithin >= 0 {
		f.addf(at, "`%s::hold` must be below `verify_within` (%s), found %s: a proof that must last longer than it may take never comes",
			key, d.VerifyWithin, d.Hold)
	}
	if len(s.Params) > event.MaxParams {
		f.addf(at, "`%s::params` must have at most %d, found %d", key, event.MaxParams, len(s.Params))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Params)) {
		if k == "" || len(k) > event.MaxName || len(s.Params[k]) > event.MaxText {
			f.addf(at, "`%s::params` must have names of 1 to %d and values of at most %d bytes, found %.40q with %d",
				key, event.MaxName, event.MaxText, k, len(s.Params[k]))
		}
	}
}

func (f *policyFaults) duration(at, key string, d time.Duration) {
	if d < 0 {
		f.addf(at, "`%s` must not be negative, found %s: leave it out for the default", key, d)
	}
}

func kindList() string {
	names := make([]string, len(event.Kinds))
	for k, kind := range event.Kinds {
		names[k] = string(kind)
	}
	return strings.Join(names, ", ")
}

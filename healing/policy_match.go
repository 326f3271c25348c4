package healing

import (
	"slices"

	"github.com/otelheal/otelheal/event"
)

// Match says which incidents a policy is for, by their most likely cause. Every
// list that is not empty must have the cause in it; an empty list asks nothing.
//
// Services, Namespaces and Instances are patterns: `*` stands for any run of
// characters, also none, `?` for exactly one, and everything else for itself.
// The empty pattern matches the empty name, so that Instances [""] means
// causes that concern a service as a whole.
type Match struct {
	Kinds      []event.Kind
	Services   []string
	Namespaces []string
	Instances  []string
	// MinConfidence is from 0 to 1; an incident below it does not match.
	MinConfidence float64
}

// matches tells whether the incident is one of those.
func (m *Match) matches(i *event.Incident) bool {
	e := i.Cause.Target.Entity
	return i.Confidence >= m.MinConfidence && // not for NaN
		(len(m.Kinds) == 0 || slices.Contains(m.Kinds, i.Cause.Kind)) &&
		anyGlob(m.Services, e.Service) &&
		anyGlob(m.Namespaces, e.Namespace) &&
		anyGlob(m.Instances, e.Instance)
}

func anyGlob(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return glob(p, name) })
}

// glob matches with at most len(pattern)*len(name) steps: on a mismatch the
// last star takes one more character, and no star before it needs another try.
func glob(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	star, retry := -1, 0
	i, k := 0, 0
	for k < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, retry = i, k
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[k]):
			i++
			k++
		case star >= 0:
			retry++
			i, k = star+1, retry
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

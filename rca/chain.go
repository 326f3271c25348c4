package rca

import "slices"

// step is a service on the way from the cause to where it hurts.
type step struct {
	svc  *service
	from *step // from where the trouble came here; nil: it is the cause
	hops int
}

// chain leads from the cause, caller by caller, to where it hurts most upstream: by
// as few services as can be that do not hurt themselves, and of such ways by the shortest.
func (e *Engine) chain(i *incident) []string {
	if len(i.ranked) == 0 {
		return nil
	}
	hurt, goal := map[*service]bool{}, map[*service]bool{}
	for k := range i.symptoms {
		s := &i.symptoms[k]
		hurt[s.from], hurt[s.to], goal[s.from] = true, true, true
	}
	var last *step
	seen := map[*service]bool{}
	for level := []*step{{svc: i.ranked[0].svc}}; len(level) > 0; {
		var beyond []*step // one more that does not hurt
		for ; len(level) > 0; level = level[1:] {
			s := level[0]
			if seen[s.svc] {
				continue
			}
			seen[s.svc] = true
			if goal[s.svc] && (last == nil || s.hops >= last.hops) {
				last = s
			}
			for _, d := range s.svc.sortedIn() {
				next := &step{d.from, s, s.hops + 1}
				if hurt[d.from] {
					level = append(level, next)
				} else {
					beyond = append(beyond, next)
				}
			}
		}
		level = beyond
	}
	cause := i.Cause.Target.Entity.String()
	if last == nil {
		return []string{cause}
	}
	var names []string
	for s := last; s.from != nil; s = s.from {
		names = append(names, s.svc.entity.String())
	}
	names = append(names, cause)
	slices.Reverse(names)
	return names
}

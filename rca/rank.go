package rca

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// What speaks for a candidate, in points. A point is about a factor of e in
// belief: the confidence is one minus two thirds of e to minus the margin.
const (
	pointsOrigin    = 4   // every trace that went wrong began here
	pointsExited    = 6   // seen to have ended
	pointsUnhealthy = 5   // seen to fail its probe
	pointsAlert     = 2   // told
	pointsRelease   = 2.5 // told: released just before
	pointsLog       = 1   // the first ERROR logs are its own
	pointsMetric    = 1.5 // its processor or memory left the normal
	pointsOther     = 0.5 // another metric of it did
	pointsOverload  = 5   // the load rose first
	pointsExplained = -4  // a callee explains what was seen of it

	minExplains   = 3    // traces that it takes to explain away what was seen
	handledWeight = 0.25 // of a failure that a caller coped with
	keepLead      = 0.3  // a new first must lead by that, or the old one stays
)

// candidate is one possible cause.
type candidate struct {
	svc      *service
	inst     *instance // nil: the service as a whole
	kind     event.Kind
	score    float64
	why      string
	traces   [originModes]float64 // that went wrong here beyond the usual
	weight   float64              // of them together
	share    float64              // of all candidates' weight
	state    *event.AgentState    // seen to fail
	cpu      *event.Anomaly       // the strongest of its processor
	memory   *event.Anomaly       // of its memory
	other    *event.Anomaly       // of another metric
	alert    *event.Alert
	change   *event.Change
	rank     *profile.Rank // what differs from its baseline, if it is this candidate's
	differs  string        // the strongest of that in one line
	host     string        // that it shares with others that are slow as well
	loadFrom float64       // overload: requests a second before …
	loadTo   float64       // … and at the onset
}

func (c *candidate) entity() event.Entity {
	if c.inst != nil {
		return c.inst.entity
	}
	return c.svc.entity
}

// rank orders the candidates of an incident.
func (e *Engine) rank(i *incident, now int64) {
	if i.agent {
		e.rankAgent(i)
		return
	}
	list := e.candidates(i)
	e.infer(i)
	e.measure(i, list)
	e.holders(i, list)
	list = append(list, e.releases(i, list)...)
	for k := range list {
		e.score(i, &list[k], list)
	}
	list = e.overload(i, list)
	e.neighbours(i, list)
	list = slices.DeleteFunc(list, func(c candidate) bool { return c.score <= 0.05 })
	slices.SortStableFunc(list, func(a, b candidate) int {
		if c := cmp.Compare(b.score, a.score); c != 0 {
			return c
		}
		return compareEntity(a.entity(), b.entity())
	})
	if len(list) == 0 {
		if len(i.ranked) == 0 {
			i.ranked = []candidate{{svc: i.symptoms[0].to, kind: event.KindUnknown, why: "nothing points anywhere yet"}}
			if i.ranked[0].svc == nil {
				i.ranked = nil
			}
		}
		return
	}
	i.ranked = steady(i.ranked, list)
	for k := range i.ranked {
		e.name(i, &i.ranked[k])
	}
	i.Confidence = confidence(i.ranked)
	i.services[i.ranked[0].svc] = true
}

// steady keeps the earlier first unless the new one leads clearly: evidence
// that wavers must not make targets waver.
func steady(old, list []candidate) []candidate {
	if len(old) == 0 || old[0].kind == event.KindUnknown {
		return list
	}
	for k := 1; k < len(list); k++ {
		if list[k].svc == old[0].svc && list[k].inst == old[0].inst && list[0].score-list[k].score < list[0].lead(&list[k]) {
			first := list[k]
			copy(list[1:k+1], list[:k])
			list[0] = first
			break
		}
	}
	return list
}

// lead is what a new first must be ahead by of the old one: of another service by more
// than what was inferred may be off, unless it fell silent, which is no matter of sums.
func (c *candidate) lead(old *candidate) float64 {
	silent := c.rank != nil && c.rank.Transition != nil && c.rank.Transition.Silent
	if c.svc != old.svc && c.inferred() && !silent {
		return doubt(old.score)
	}
	return keepLead
}

// candidates are the instances, and services without any, at and below what
// hurts, except causes of other incidents.
func (e *Engine) candidates(i *incident) []candidate {
	region := map[*service]bool{}
	for k := range i.symptoms {
		s := &i.symptoms[k]
		if s.from != nil && s.from != s.to {
			region[s.from] = true
		}
		if s.to != nil {
			downstream(s.to, region)
		}
	}
	for _, o := range e.incidents {
		if c := o.cause(); o != i && c != nil && !i.hurts(c) {
			delete(region, c)
		}
	}
	list := make([]candidate, 0, 2*len(region))
	for _, s := range e.g.sorted() {
		if !region[s] || !s.serves && !s.external && len(e.statesOf(s)) == 0 {
			continue // a program that serves nobody, such as a load generator
		}
		for _, inst := range s.sortedInstances() {
			if inst.entity.Instance != "" || s.external || len(s.instances) == 1 {
				list = append(list, candidate{svc: s, inst: inst})
			}
		}
		if len(s.instances) != 1 {
			list = append(list, candidate{svc: s})
		}
	}
	for k := range list {
		if list[k].inst != nil && list[k].inst.entity.Instance == "" {
			list[k].inst = e.only(list[k].svc, list[k].inst)
		}
	}
	return list
}

// only gives spans that name no instance to the one that a supervisor reports,
// if it is the only one.
func (e *Engine) only(s *service, whole *instance) *instance {
	states := e.statesOf(s)
	if len(states) != 1 || states[0].Entity.Instance == "" {
		return whole
	}
	whole.entity.Instance, whole.entity.Host = states[0].Entity.Instance, states[0].Entity.Host
	return whole
}

func (i *incident) hurts(s *service) bool {
	for k := range i.symptoms {
		if i.symptoms[k].to == s && i.symptoms[k].series == nil {
			return true
		}
	}
	return false
}

// excess is the number of traces since the onset beyond the usual.
func (e *Engine) excess(o *series, i *incident) float64 {
	from := i.Onset.UnixNano()/int64(time.Second) - 1
	from = max(from, e.g.now-keepSeconds+1)
	c := o.sum(from, e.g.now+1)
	if c.n == 0 {
		return 0
	}
	usual := float64(o.base.n) / float64(max(e.clean, blockSeconds)) * float64(e.g.now-from+1)
	return max(0, float64(c.n)-usual-2*math.Sqrt(usual))
}

// measure counts, for every candidate, the traces that went wrong there.
func (e *Engine) measure(i *incident, list []candidate) {
	total := 0.0
	for k := range list {
		c := &list[k]
		if c.inst != nil {
			c.count(e, i, c.inst)
		}
		e.lookUp(i, c)
	}
	for k := range list {
		if list[k].inst == nil {
			e.rollUp(i, &list[k], list)
		}
	}
	for k := range list {
		total += list[k].weight
	}
	for k := range list {
		if total > 0 {
			list[k].share = list[k].weight / total
		}
	}
}

func (c *candidate) count(e *Engine, i *incident, inst *instance) {
	for m := range inst.origins {
		c.traces[m] += e.excess(&inst.origins[m].series, i)
	}
	c.weigh()
}

func (c *candidate) weigh() {
	t := &c.traces
	c.weight = t[originError] + t[originTimeout] + t[originUnreachable] + t[originSlow] + handledWeight*t[originHandled]
}

// score adds up what speaks for a candidate.
func (e *Engine) score(i *incident, c *candidate, list []candidate) {
	if c.rank != nil {
		c.score += c.rank.Score
	}
	if !i.speaks {
		c.score += pointsOrigin * c.share * (1 - math.Exp(-c.weight/3))
	}
	logs := 0.0
	for k := range list {
		if list[k].change == nil {
			logs += list[k].traces[originLog]
		}
	}
	if logs > 0 {
		c.score += pointsLog * min(1, c.traces[originLog]/logs)
	}
	if c.state != nil && (c.inst != nil || c.change != nil) {
		switch {
		case c.state.Status == event.AgentExited:
			c.score += pointsExited // whatever a callee does, it does not end its caller
		case e.explained(c, list):
			c.score += pointsUnhealthy + pointsExplained
		default:
			c.score += pointsUnhealthy
		}
	}
	involved := 0.4
	if c.weight > 0 || c.state != nil {
		involved = 1
	}
	c.score += pointsMetric * involved * max(strength(c.cpu), strength(c.memory))
	if c.other != nil && c.weight > 0 {
		c.score += pointsOther * strength(c.other)
	}
	if c.alert != nil {
		c.score += pointsAlert
	}
	if c.change != nil {
		c.score += pointsRelease
	}
}

// strength of an anomaly, 0 to 1; of none, 0.
func strength(a *event.Anomaly) float64 {
	if a == nil {
		return 0
	}
	return max(0, min(1, (math.Abs(a.Score)-2)/8))
}

// explained tells whether what was seen of c is the work of a callee: one that
// was seen to fail as well, or where most traces went wrong while few did here.
func (e *Engine) explained(c *candidate, list []candidate) bool {
	below := map[*service]bool{}
	for t := range c.svc.out {
		downstream(t, below)
	}
	for k := range list {
		o := &list[k]
		if o.svc == c.svc || !below[o.svc] {
			continue
		}
		if o.state != nil && o.weight >= c.weight || o.share >= 0.5 && c.share < 0.2 && o.weight >= minExplains {
			return true
		}
	}
	return false
}

// rankAgent needs no graph: what was seen of the agent is all there is.
func (e *Engine) rankAgent(i *incident) {
	s := &i.symptoms[0]
	svc := e.agentService(s.Entity)
	inst := &instance{svc: svc, entity: s.Entity}
	f := s.state.failed
	i.ranked = []candidate{{
		svc: svc, inst: inst, kind: event.KindLostAgent, score: pointsExited, state: &f,
		why: "the agent is " + string(f.Status) + reason(f.Reason) + "; nobody's calls fail for it",
	}}
	i.Confidence = confidence(i.ranked)
}

// agentService is a node outside of the graph: agents serve no requests.
func (e *Engine) agentService(n event.Entity) *service {
	return &service{entity: n.OfService()}
}

func reason(r string) string {
	if r == "" {
		return ""
	}
	return " (" + line(r, 160) + ")"
}

package rca

import (
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// detect looks for symptoms that no open incident has yet.
func (e *Engine) detect(now int64) {
	e.detectStates(now)
	e.detectAlerts(now)
	for _, s := range e.g.sorted() {
		for _, o := range s.sortedOps() {
			e.detectSeries(&o.entry, "entry:"+s.entity.String()+":"+o.name, s, s, now)
		}
		for _, d := range s.sortedOut() {
			e.detectSeries(&d.calls, "edge:"+s.entity.String()+">"+d.to.entity.String(), s, d.to, now)
		}
	}
}

func (e *Engine) detectSeries(s *series, id string, from, to *service, now int64) {
	if len(s.recent) == 0 {
		return
	}
	b, ok := e.breachOf(s)
	if !ok || b.firstBad == 0 {
		return
	}
	sym := symptom{
		Symptom: event.Symptom{
			ID: line(id+":"+b.what, event.MaxName), Entity: from.entity, Signal: event.SignalTrace,
			What: b.what, Unit: b.unit, Band: b.band, Observed: b.observed, Demand: demand(&b.window),
			DemandBefore: demandBefore(s, b.firstBad), Onset: time.Unix(0, b.firstBad).UTC(),
			WindowStart: time.Unix(0, b.window.first).UTC(), FreshAt: time.Unix(0, b.window.last).UTC(),
		},
		series: s, from: from, to: to,
	}
	if e.known(sym.ID) {
		return
	}
	if i := e.belongs(&sym); i != nil {
		i.join(sym)
		return
	}
	if b.until-b.firstBad >= int64(e.set.Blip) {
		e.open(sym, now)
	}
}

// known tells whether an open incident follows that symptom already.
func (e *Engine) known(id string) bool {
	for _, i := range e.incidents {
		for k := range i.symptoms {
			if i.symptoms[k].ID == id {
				return true
			}
		}
	}
	return false
}

func (e *Engine) detectStates(now int64) {
	var failed []*agentState
	for _, s := range e.states {
		if s.Status.Failed() && !s.Planned {
			failed = append(failed, s)
		}
	}
	slices.SortFunc(failed, func(a, b *agentState) int { return compareEntity(a.Entity, b.Entity) })
	for _, s := range failed {
		what := "probe"
		if s.Status != event.AgentUnhealthy {
			what = "exit"
		}
		n := e.named(s.Entity)
		sym := symptom{
			Symptom: event.Symptom{
				ID: line("state:"+n.Namespace+"/"+n.Service+"/"+n.Instance, event.MaxName), Entity: s.Entity,
				Signal: event.SignalState, What: what, Band: event.Band{Low: 1, High: 1}, Onset: s.Since.UTC(),
				WindowStart: s.At.UTC(), FreshAt: s.At.UTC(),
			},
			state: s, agent: s.Agent,
		}
		if !s.Agent {
			sym.from = e.g.service(n)
			sym.to = sym.from
		}
		e.place(sym, now)
	}
}

func (e *Engine) detectAlerts(now int64) {
	var firing []string
	for id, a := range e.alerts {
		switch {
		case a.fires(now) && !a.used:
			firing = append(firing, id)
		case !a.fires(now) && !e.known(line("alert:"+id, event.MaxName)):
			delete(e.alerts, id)
		}
	}
	slices.Sort(firing)
	for _, id := range firing {
		a := e.alerts[id]
		a.used = true
		sym := symptom{
			Symptom: event.Symptom{
				ID: line("alert:"+id, event.MaxName), Entity: a.Entity, Signal: event.SignalAlert, What: "alert",
				Observed: 1, Onset: a.StartsAt.UTC(), WindowStart: a.StartsAt.UTC(), FreshAt: a.StartsAt.UTC(),
			},
			alert: id, from: e.g.service(e.named(a.Entity)),
		}
		sym.to = sym.from
		e.place(sym, now)
	}
}

// place puts a symptom that needs no second look into its incident.
func (e *Engine) place(sym symptom, now int64) {
	if e.known(sym.ID) {
		return
	}
	if i := e.belongs(&sym); i != nil {
		if len(i.symptoms) >= event.MaxSymptoms {
			e.stats.DroppedOther++
		}
		i.join(sym)
		return
	}
	e.open(sym, now)
}

// belongs finds the open incident that explains a symptom. Before its cause is
// ranked that is any one in the same part of the graph; after, one whose cause
// lies at, below or above what the symptom is about.
func (e *Engine) belongs(s *symptom) *incident {
	for _, i := range e.incidents {
		if s.agent || i.agent {
			if s.agent && i.agent && i.symptoms[0].Entity.SameService(s.Entity) {
				return i
			}
			continue
		}
		if s.to == nil {
			continue
		}
		if cause := i.cause(); cause != nil {
			if host := i.ranked[0].host; related(cause, s.to) || host != "" && s.to.host() == host {
				return i
			}
			continue
		}
		for k := range i.symptoms {
			if t := i.symptoms[k].to; t != nil && (related(t, s.to) || related(i.symptoms[k].from, s.to) || related(t, s.from)) {
				return i
			}
		}
	}
	return nil
}

// related tells whether one of two services calls the other, directly or not.
func related(a, b *service) bool {
	below, above := map[*service]bool{}, map[*service]bool{}
	downstream(a, below)
	downstream(b, above)
	return below[b] || above[a]
}

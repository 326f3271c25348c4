package rca

import (
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// agentState is the newest state of an instance, and its last failure.
type agentState struct {
	event.AgentState
	failed event.AgentState // the last failure nobody planned; zero At: none
	lives  []life           // incarnations heard of, the newest last
}

// alert is one alert, and whether it was part of an incident: while it goes on
// firing after that was resolved, it opens no other.
type alert struct {
	event.Alert
	used  bool
	heard int64 // when it was told last
}

// fires tells whether an alert goes on, as its sender said lately enough: it may
// have forgotten it since.
func (a *alert) fires(now int64) bool {
	return a != nil && a.Status == event.AlertFiring && now-a.heard < int64(alertHold)
}

type anomalyKey struct {
	entity         event.Entity
	metric, aspect string
	labels         string
}

// AddState takes what a supervisor saw. It has to be trusted: see eventlog.
func (e *Engine) AddState(s event.AgentState, now time.Time) {
	e.arrive(now)
	e.stats.States++
	key := s.Entity
	key.Host = ""
	st, ok := e.states[key]
	if !ok {
		if len(e.states) >= maxStates {
			e.stats.DroppedOther++
			return
		}
		st = &agentState{}
		e.states[key] = st
	}
	if s.At.Before(st.At) {
		return
	}
	newLife := st.Incarnation != "" && s.Incarnation != "" && s.Incarnation != st.Incarnation
	st.live(s)
	st.AgentState = s
	if s.Status.Failed() && !s.Planned {
		st.failed = s
	}
	if !s.Agent {
		inst := e.g.instance(e.named(s.Entity))
		inst.svc.external = false
		if newLife {
			e.effect(inst.svc, s.Since.UnixNano())
		}
	}
}

// named is the entity as spans name it: an executor may know no namespace.
func (e *Engine) named(n event.Entity) event.Entity {
	if _, ok := e.g.services[serviceKey{n.Namespace, n.Service}]; ok || n.Namespace != "" {
		return n
	}
	found := n
	for key := range e.g.services {
		if key.name == n.Service {
			if found.Namespace != "" {
				return n // ambiguous
			}
			found.Namespace = key.namespace
		}
	}
	return found
}

// effect notes that something was done to a service of an open incident: spans
// that began before tell nothing about what came of it.
func (e *Engine) effect(svc *service, at int64) {
	for _, i := range e.incidents {
		if i.services[svc] {
			for s := range i.services {
				s.fresh = max(s.fresh, at)
			}
		}
	}
}

// stateOf finds the newest state of an instance.
func (e *Engine) stateOf(n event.Entity) *agentState {
	n.Host = ""
	if s, ok := e.states[n]; ok {
		return s
	}
	n.Namespace = ""
	return e.states[n]
}

// statesOf lists the states of a service's instances in a fixed order.
func (e *Engine) statesOf(svc *service) []*agentState {
	var list []*agentState
	for key, s := range e.states {
		if key.Service == svc.entity.Service && !s.Agent && (key.Namespace == svc.entity.Namespace || key.Namespace == "") {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *agentState) int { return compareEntity(a.Entity, b.Entity) })
	return list
}

// AddAlert takes what another monitoring system says. It has to be trusted.
func (e *Engine) AddAlert(a event.Alert, now time.Time) {
	n := e.arrive(now)
	e.stats.Alerts++
	if a.Ignored != "" {
		return
	}
	old, ok := e.alerts[a.Fingerprint]
	if !ok && len(e.alerts) >= maxAlerts {
		e.stats.DroppedOther++
		return
	}
	if ok && a.Status == event.AlertResolved && old.Status == event.AlertFiring && !old.used {
		e.stats.BriefAlerts++
	}
	a.Labels = nil
	e.alerts[a.Fingerprint] = &alert{a, ok && old.used && old.StartsAt.Equal(a.StartsAt), n}
}

// AddChange takes what somebody did on purpose. It has to be trusted.
func (e *Engine) AddChange(c event.Change, now time.Time) {
	e.arrive(now)
	e.stats.Changes++
	for _, k := range e.changes {
		if k == c {
			return
		}
	}
	if len(e.changes) >= maxChanges {
		e.changes = slices.Delete(e.changes, 0, 1)
		e.stats.DroppedOther++
	}
	e.changes = append(e.changes, c)
	if svc, ok := e.g.services[serviceKey{c.Entity.Namespace, c.Entity.Service}]; ok {
		e.effect(svc, c.At.UnixNano())
	}
}

// AddAnomaly takes a metric series outside what was expected of it.
func (e *Engine) AddAnomaly(a event.Anomaly, now time.Time) {
	e.arrive(now)
	e.stats.Anomalies++
	var labels strings.Builder
	for _, l := range a.Labels {
		labels.WriteString(line(l.Key, 64) + "=" + line(l.Value, 64) + ",")
	}
	key := anomalyKey{bounded(a.Entity), line(a.Metric, event.MaxName), line(a.Aspect, 64), line(labels.String(), 512)}
	old, ok := e.anomalies[key]
	if !ok && a.End != "" {
		return // the end of something that began before our time
	}
	if !ok && len(e.anomalies) >= maxAnomalies {
		e.stats.DroppedOther++
		return
	}
	a.Entity, a.Metric, a.Aspect, a.Labels, a.TraceIDs = key.entity, key.metric, key.aspect, nil, nil
	if a.End != "" && ok { // keep what it was
		ended := *old
		ended.End, ended.At = a.End, a.At
		a = ended
	}
	e.anomalies[key] = &a
}

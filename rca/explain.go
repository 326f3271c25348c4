package rca

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// maxRunnersUp is how many other candidates an incident names.
const maxRunnersUp = 7

// explain writes everything that the incident says about itself.
func (e *Engine) explain(i *incident, now int64) {
	i.UpdatedAt = time.Unix(0, now).UTC()
	i.Symptoms = i.Symptoms[:0:0]
	for _, s := range i.measured() {
		i.Symptoms = append(i.Symptoms, s.Symptom)
	}
	i.Cause, i.RunnersUp = event.Cause{Kind: event.KindUnknown, Target: event.Target{Entity: i.symptoms[0].Entity}, Why: "nothing points anywhere yet"}, nil
	for k := range i.ranked {
		c := &i.ranked[k]
		cause := event.Cause{Target: e.target(i, c), Kind: c.kind, Score: c.score, Why: line(c.why, event.MaxText), Inner: line(e.inner(c.rank), event.MaxText)}
		if k == 0 {
			i.Cause = cause
		} else if len(i.RunnersUp) < maxRunnersUp {
			i.RunnersUp = append(i.RunnersUp, cause)
		}
	}
	i.Evidence, i.TraceID = e.evidence(i, now)
	i.Chain = e.chain(i)
	i.Blast = e.blast(i)
	i.Summary = line(e.summary(i), event.MaxText)
}

// target names a candidate as its executor reported it, in the life that the
// incident is about; without a report the incarnation stays empty and nothing acts.
func (e *Engine) target(i *incident, c *candidate) event.Target {
	if c.state != nil && c.kind == event.KindLostAgent {
		key := c.state.Entity
		key.Host = ""
		if st, ok := e.states[key]; ok {
			return event.Target{Entity: st.Entity, Incarnation: st.at(i.Onset).incarnation}
		}
	}
	if c.inst != nil && c.inst.entity.Instance != "" {
		if st := e.stateOf(c.inst.entity); st != nil {
			return event.Target{Entity: st.Entity, Incarnation: st.at(i.Onset).incarnation}
		}
		return event.Target{Entity: c.inst.entity}
	}
	t := event.Target{Entity: c.svc.entity}
	var newest life
	for _, st := range e.statesOf(c.svc) {
		l := st.at(i.Onset)
		if l.release != "" && (newest.release == "" || l.born.After(newest.born)) {
			newest, t.Entity = l, st.Entity.OfService()
		}
	}
	if c.change != nil && c.change.Kind == event.ChangeRelease && c.change.To != "" {
		newest.release = c.change.To
	}
	if newest.release != "" {
		t.Incarnation = event.ReleaseIncarnation(newest.release)
	}
	return t
}

// blast is who suffers, and how much of what users ask for.
func (e *Engine) blast(i *incident) event.Blast {
	names := map[string]bool{i.Cause.Target.Entity.Service: true}
	for k := range i.symptoms {
		names[i.symptoms[k].Entity.Service] = true
	}
	b := event.Blast{Services: []string{}}
	for n := range names {
		b.Services = append(b.Services, n)
	}
	slices.Sort(b.Services)
	var all, hurt float64
	for _, s := range e.g.sorted() {
		add := func(x *series) {
			from, c := e.window(x)
			if c.n == 0 || from == 0 {
				return
			}
			usual := 0.0
			if x.base.n > 0 {
				usual = x.base.badShare()
			}
			all += float64(c.n)
			hurt += max(0, max(c.badShare()-usual, share(c.slow, c.n)-0.1)) * float64(c.n)
		}
		for _, o := range s.sortedOps() {
			add(&o.entry)
		}
		if !s.serves {
			for _, d := range s.sortedOut() {
				if d.to.serves {
					add(&d.calls)
				}
			}
		}
	}
	b.RequestShare = i.Blast.RequestShare // the most of it, when it is over
	if all > 0 && !i.agent && !i.calm() {
		b.RequestShare = max(b.RequestShare, min(1, hurt/all))
	}
	return b
}

// summary is the incident in one line.
func (e *Engine) summary(i *incident) string {
	name := i.Cause.Target.Entity.Short()
	verb := map[event.Kind]string{
		event.KindCrash: "crashed", event.KindHang: "hangs", event.KindSlow: "is slow", event.KindErrors: "fails",
		event.KindCPU: "burns CPU", event.KindMemory: "runs out of memory", event.KindBadRelease: "was given a bad release",
		event.KindDependency: "does not answer as it should", event.KindOverload: "is overloaded", event.KindNetwork: "is reached slowly",
		event.KindBadConfig: "was given a bad configuration", event.KindNeighbour: "suffers from what else runs on its host",
		event.KindLostAgent: "sends no telemetry any more", event.KindUnknown: "or something near it is in trouble",
	}[i.Cause.Kind]
	text := name + " " + verb
	if i.Confidence < 0.5 {
		text = "not sure: " + text
	}
	worst := worstSymptom(i.symptoms)
	text += worst.after(i.cause()) + worst.say() + " since " + i.Onset.UTC().Format("15:04:05")
	if i.Status == event.IncidentResolved {
		text = string(i.Resolution) + ": " + text
	}
	return text
}

// worstSymptom is the one to show: out of band before in band, requests before
// states, the earliest first.
func worstSymptom(list []symptom) *symptom {
	best := &list[0]
	for k := range list {
		s := &list[k]
		if (s.series != nil) != (best.series != nil) {
			if s.series != nil {
				best = s
			}
			continue
		}
		if s.Onset.Before(best.Onset) {
			best = s
		}
	}
	return best
}

// after leads from the cause to the symptom: one elsewhere is what it causes.
func (s *symptom) after(cause *service) string {
	if cause == nil || s.from == nil || s.from == cause || s.to == cause {
		return ": "
	}
	return ", so that "
}

func (s *symptom) say() string {
	worst := max(s.peak, s.Observed)
	whose := "requests to " + s.Entity.Short()
	if s.to != nil && s.from != s.to {
		whose = s.Entity.Short() + "'s calls to " + s.to.entity.Short()
	}
	switch s.What {
	case errorRatio:
		return fmt.Sprintf("%.0f %% of %s fail (normal up to %.0f %%)", 100*worst, whose, 100*s.Band.High)
	case latency:
		return fmt.Sprintf("a tenth of %s take over %s (normal up to %s)", whose, seconds(worst), seconds(s.Band.High))
	case "alert":
		return "an alert fires for " + s.Entity.Short()
	}
	if s.state != nil && s.state.failed.Reason != "" {
		return s.Entity.Short() + " is " + string(s.state.failed.Status) + reason(s.state.failed.Reason)
	}
	return s.Entity.Short() + " fails its " + s.What
}

func seconds(s float64) string {
	return time.Duration(s * 1e9).Round(time.Millisecond).String()
}

func traceText(id [16]byte) string {
	if id == ([16]byte{}) {
		return ""
	}
	return hex.EncodeToString(id[:])
}

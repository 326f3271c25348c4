package healing

import (
	"fmt"
	"time"

	"github.com/otelheal/otelheal/event"
)

// proven is rule 2, but for the time that it must hold: recovery needs fresh
// samples from after the effect on everything that hurt, inside the band that
// was frozen at onset, demand back to at least half of what it was, and a
// healthy probe. It returns the first thing that is missing, the worst first:
// what is known to be broken still, then what is not known.
func proven(r *Record, f *fleet) (Reason, string) {
	i := &r.Action.Incident
	if len(i.Symptoms) == 0 {
		return ReasonSilence, "the incident names no symptom to judge by"
	}
	for k := range i.Symptoms {
		s := &i.Symptoms[k]
		if fresh(s, r.Effect) && !s.Band.Contains(s.Observed) {
			return ReasonNotRecovered, fmt.Sprintf("%s of %s is %.4g%s, want %.4g to %.4g",
				s.What, s.Entity, s.Observed, unit(s.Unit), s.Band.Low, s.Band.High)
		}
	}
	if reason, text := f.probed(r.proofTarget()); reason != "" {
		return reason, text
	}
	for k := range i.Symptoms {
		s := &i.Symptoms[k]
		switch {
		case !fresh(s, r.Effect):
			return ReasonSilence, fmt.Sprintf("no fresh %s of %s since the effect", s.What, s.Entity)
		case s.DemandBefore > 0 && s.Demand < s.DemandBefore/2:
			return ReasonDemandMissing, fmt.Sprintf("%.3g requests a second reach %s, %.3g did before",
				s.Demand, s.Entity, s.DemandBefore)
		}
	}
	return "", ""
}

// fresh tells whether every sample behind the symptom's value came after t.
func fresh(s *event.Symptom, t time.Time) bool {
	return s.FreshAt.After(t) && !s.WindowStart.Before(t)
}

// freshness is the time of the newest sample of the symptom that lags behind
// most. States and alerts tell of changes only, and do not lag; if there are no
// others it is zero.
func freshness(i *event.Incident) (oldest time.Time) {
	for k := range i.Symptoms {
		s := &i.Symptoms[k]
		if s.Signal == event.SignalState || s.Signal == event.SignalAlert {
			continue
		}
		if oldest.IsZero() || s.FreshAt.Before(oldest) {
			oldest = s.FreshAt
		}
	}
	return oldest
}

// proofTarget is whose probe has to pass: the target as the effect left it.
func (r *Record) proofTarget() event.Target {
	if r.Now.Entity.Service != "" {
		return r.Now
	}
	return r.Target
}

func unit(u string) string {
	switch u {
	case "", "1":
		return ""
	default:
		return " " + u
	}
}

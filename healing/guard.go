package healing

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// hold is what a guard says: go on (the zero value), wait, or never.
type hold struct {
	reason Reason
	text   string
	wait   bool
}

func (h hold) clear() bool { return h.reason == "" }

func wait(reason Reason, format string, args ...any) hold {
	return hold{reason, fmt.Sprintf(format, args...), true}
}

func refuse(reason Reason, format string, args ...any) hold {
	return hold{reason, fmt.Sprintf(format, args...), false}
}

// guard is one look at a record that wants to act. It changes nothing.
type guard func(h *Healer, r *Record, now time.Time) hold

// guards are asked in this order; the first that does not clear decides. What
// can never be right comes before what may be right later, so that nobody waits
// in vain.
var guards = []guard{
	(*Healer).killed,
	(*Healer).denied,
	(*Healer).silenced,
	(*Healer).sighted,
	(*Healer).used,
	(*Healer).stormy,
	(*Healer).flapping,
	(*Healer).overBudget,
	(*Healer).evident,
	(*Healer).lasting,
	(*Healer).busy,
	(*Healer).cooling,
	(*Healer).tooMany,
	(*Healer).tooFewHealthy,
	(*Healer).unapproved,
}

func (h *Healer) killed(_ *Record, _ time.Time) hold {
	if h.env.Killed != "" {
		return refuse(ReasonKillSwitch, "the kill switch %s is there", h.env.Killed)
	}
	return hold{}
}

func (h *Healer) denied(r *Record, _ time.Time) hold {
	t := r.Target
	for _, p := range h.limits.Deny {
		if ok, _ := path.Match(p, t.Entity.Service); ok {
			return refuse(ReasonDenied, "%s is on the deny list (%s)", t.Entity, p)
		}
	}
	return hold{}
}

func (h *Healer) silenced(r *Record, _ time.Time) hold {
	for _, s := range h.env.Silences {
		if s.Matches(r.Target.Entity) {
			return refuse(ReasonSilenced, "%s is silenced by %s (%s)", r.Target.Entity, s.By, s.ID)
		}
	}
	return hold{}
}

// sighted is rule 1, short of the executor's own comparison.
func (h *Healer) sighted(r *Record, _ time.Time) hold {
	t := r.Target
	s, u := h.fleet.sight(t)
	switch {
	case s == sightedNone && len(h.env.Missing) > 0:
		return wait(ReasonNoInventory, "%s may be one of %s, which does not say what it owns",
			t.Entity, strings.Join(h.env.Missing, ", "))
	case s == sightedNone && h.fleet.lists(t.Entity):
		return refuse(ReasonUnknownIncarnation, "%s is in an inventory, and nobody says which life of it runs: no executor reports its process", t.Entity)
	case s == sightedNone:
		return refuse(ReasonNotOwned, "no executor has %s in its inventory", t.Entity)
	case t.Incarnation == "":
		return refuse(ReasonUnknownIncarnation, "which life of %s is meant is not known", t.Entity)
	case s == sightedStopped:
		return refuse(ReasonPerson, "%s was stopped on purpose", u.Target.Entity)
	case s == sightedOther:
		return refuse(ReasonOtherLife, "%s was seen as %s and is %s now", t.Entity, t.Incarnation, u.Target.Incarnation)
	}
	for _, u := range h.fleet.of(t.Entity) {
		switch {
		case u.OptOut:
			return refuse(ReasonOptOut, "the owner of %s wants no healing", u.Target.Entity)
		case u.SelfHealed && u.Status == event.AgentExited && t.Entity.Instance != "":
			// A service of which one keeps exiting is not left to the supervisor:
			// it starts the same release again and again.
			return wait(ReasonSupervisor, "%s is restarted by its supervisor", u.Target.Entity)
		case u.Planned:
			return wait(ReasonPlanned, "a planned start or roll-out of %s is under way", u.Target.Entity)
		}
	}
	return hold{}
}

func (h *Healer) used(r *Record, _ time.Time) hold {
	key := r.key()
	for _, o := range h.records {
		for _, k := range o.Keys {
			switch {
			case k != key:
			case o != r && o.underRepair():
				return wait(ReasonBusy, "%s is doing it to %s", o.Action.ID, o.Target.Entity)
			default:
				return refuse(ReasonUsedKey, "%s of %s was done by %s", r.step().Verb, r.Target, o.Action.ID)
			}
		}
	}
	return hold{}
}

func (h *Healer) stormy(_ *Record, now time.Time) hold {
	if now.Before(h.stormUntil) {
		return refuse(ReasonStorm, "more than %d targets asked for repair within %s", h.limits.Storm, h.limits.StormWindow)
	}
	return hold{}
}

func (h *Healer) flapping(r *Record, now time.Time) hold {
	if n := h.actedOn(r.Target.Entity, now.Add(-h.limits.FlapWindow)); n >= h.limits.Flaps {
		return refuse(ReasonFlapping, "%s was acted on %d times within %s", r.Target.Entity, n, h.limits.FlapWindow)
	}
	return hold{}
}

func (h *Healer) overBudget(_ *Record, now time.Time) hold {
	if n := h.actedSince(now.Add(-h.limits.BudgetWindow)); n >= h.limits.Budget {
		return refuse(ReasonBudget, "%d steps within %s are all that the budget allows", n, h.limits.BudgetWindow)
	}
	return hold{}
}

// evident asks for a settled ranking and for rule 3. A further step of a ladder
// has both from the one before.
func (h *Healer) evident(r *Record, _ time.Time) hold {
	if !r.Action.Incident.Settled {
		return wait(ReasonUnsettled, "the cause is still being ranked")
	}
	if reason, ok := corroborated(&r.Action.Incident, r.Action.Target); !ok {
		return wait(reason, "acting takes one thing told or seen, or two inferred from different signals")
	}
	return hold{}
}

// lasting keeps from acting on what is over.
func (h *Healer) lasting(r *Record, _ time.Time) hold {
	for _, s := range r.Action.Incident.Symptoms {
		if !s.Band.Contains(s.Observed) {
			return hold{}
		}
	}
	return wait(ReasonRecovering, "every symptom is back in its band")
}

func (h *Healer) busy(r *Record, _ time.Time) hold {
	for _, o := range h.records {
		if o != r && o.underRepair() && overlap(o.proofTarget().Entity, r.Target.Entity) {
			return wait(ReasonBusy, "%s works on %s", o.Action.ID, o.Target.Entity)
		}
	}
	return hold{}
}

func (h *Healer) cooling(r *Record, now time.Time) hold {
	if r.touched() {
		return hold{} // the next rung of one ladder has waited for its proof
	}
	last := h.lastActedOn(r.Target.Entity)
	if last.IsZero() {
		return hold{}
	}
	rest := h.limits.Cooldown
	for n := h.actedOn(r.Target.Entity, now.Add(-h.limits.CooldownMemory)); n > 1 && rest < h.limits.CooldownMax; n-- {
		rest *= 2
	}
	if until := last.Add(min(rest, h.limits.CooldownMax)); now.Before(until) {
		return wait(ReasonCooldown, "%s rests until %s", r.Target.Entity, until.UTC().Format(time.TimeOnly))
	}
	return hold{}
}

func (h *Healer) tooMany(r *Record, _ time.Time) hold {
	n := 0
	for _, o := range h.records {
		if o != r && o.underRepair() {
			n++
		}
	}
	share := int(float64(h.fleet.size()) * h.limits.ConcurrentPercent / 100)
	if allowed := max(1, min(h.limits.Concurrent, share)); n >= allowed {
		return wait(ReasonBlastRadius, "%d targets are under repair, at most %d may be", n, allowed)
	}
	return hold{}
}

func (h *Healer) tooFewHealthy(r *Record, _ time.Time) hold {
	if r.Target.Entity.Instance == "" {
		return hold{} // a whole service is rolled by its executor, one after another
	}
	if _, u := h.fleet.sight(r.Target); u.Status.Failed() {
		return hold{} // it serves nobody: nothing is lost
	}
	healthy, all := h.fleet.healthyBeside(r.Target)
	if need := min(h.limits.MinHealthy, all); healthy < need {
		return wait(ReasonMinHealthy, "%d of %d others are healthy, %d must be", healthy, all, need)
	}
	return hold{}
}

func (h *Healer) unapproved(r *Record, _ time.Time) hold {
	if r.Action.Mode == event.ModeAct && r.step().Approval && r.ApprovedBy == "" {
		return wait(ReasonApproval, "a person has to approve %s of %s", r.step().Verb, r.Target)
	}
	return hold{}
}

// overlap tells whether one entity covers the other.
func overlap(a, b event.Entity) bool { return a.Covers(b) || b.Covers(a) }

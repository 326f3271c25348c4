package healing

import (
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Handover is the reason why an action must not be handed to somebody who acts
// on it at once and asks no guard; empty if it may be. It applies the rules that
// can be told from the action alone. What takes an inventory or a memory, such
// as the minimum of healthy instances, only a healer can see to.
func Handover(a *event.Action, now time.Time) Reason {
	switch i := &a.Incident; {
	case i.Status == event.IncidentResolved:
		return ReasonSelfHealed
	case len(a.Steps) == 0:
		return ReasonNoStep
	case a.Mode != event.ModeAct:
		return ReasonDryRun
	case now.After(a.Expires):
		return ReasonExpired
	case a.Target.Incarnation == "":
		return ReasonUnknownIncarnation
	case !i.Settled:
		return ReasonUnsettled
	case slices.ContainsFunc(a.Steps, func(s event.Step) bool { return s.Approval }):
		return ReasonApproval
	}
	reason, _ := corroborated(&a.Incident, a.Target)
	return reason
}

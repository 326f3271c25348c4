package healing

import (
	"fmt"
	"slices"

	"github.com/otelheal/otelheal/event"
)

// fleet is the merged inventory of all executors.
type fleet struct{ units []Unit }

// of lists the units that the entity covers and whose incarnation is known. A
// host that either side leaves out does not tell them apart.
func (f *fleet) of(e event.Entity) []Unit {
	var found []Unit
	for _, u := range f.units {
		if u.Target.Incarnation != "" && e.Covers(u.Target.Entity) &&
			(e.Host == "" || u.Target.Entity.Host == "" || e.Host == u.Target.Entity.Host) {
			found = append(found, u)
		}
	}
	return found
}

// lists tells whether somebody has the entity, or what it belongs to, in an
// inventory, though which life of it runs may not be known.
func (f *fleet) lists(e event.Entity) bool {
	return slices.ContainsFunc(f.units, func(u Unit) bool { return e.Covers(u.Target.Entity) || u.Target.Entity.Covers(e) })
}

// size is the number of units that can be acted on.
func (f *fleet) size() int {
	n := 0
	for _, u := range f.units {
		if u.Target.Incarnation != "" {
			n++
		}
	}
	return n
}

// sighting is how the fleet knows a target.
type sighting int

const (
	sightedSame    sighting = iota // it is there, and the same incarnation
	sightedOther                   // it is there in another life
	sightedStopped                 // a person or a plan stopped it, or all of it
	sightedNone                    // nobody owns it
)

// sight looks a target up; the unit is one of them for a whole service.
func (f *fleet) sight(t event.Target) (sighting, Unit) {
	s, other := sightedNone, Unit{}
	for _, u := range f.of(t.Entity) {
		switch {
		case u.Status == event.AgentStopped && t.Entity.Instance != "":
			return sightedStopped, u
		case u.Status == event.AgentStopped:
			if s == sightedNone {
				s, other = sightedStopped, u
			}
		case u.Target.Incarnation == t.Incarnation,
			u.Release != "" && event.ReleaseIncarnation(u.Release) == t.Incarnation:
			return sightedSame, u
		default:
			s, other = sightedOther, u
		}
	}
	return s, other
}

// probed tells what speaks against every unit of the target being healthy.
func (f *fleet) probed(t event.Target) (Reason, string) {
	units := f.of(t.Entity)
	if len(units) == 0 {
		return ReasonProbe, fmt.Sprintf("no executor knows %s any more", t.Entity)
	}
	for _, u := range units {
		if u.Status != event.AgentHealthy && u.Status != event.AgentStopped {
			return ReasonProbe, fmt.Sprintf("%s is %s", u.Target.Entity, u.Status)
		}
	}
	return "", ""
}

// healthyBeside counts the healthy units of the target's service without it,
// and all of them.
func (f *fleet) healthyBeside(t event.Target) (healthy, all int) {
	for _, u := range f.of(t.Entity.OfService()) {
		if t.Entity.Covers(u.Target.Entity) {
			continue
		}
		all++
		if u.Status == event.AgentHealthy && !u.Planned {
			healthy++
		}
	}
	return healthy, all
}

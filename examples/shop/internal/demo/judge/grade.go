package judge

import (
	"slices"
	"strings"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
)

// Grade says how right a root cause is.
type Grade string

const (
	GradeNone  Grade = "none"  // no cause was named
	GradeWrong Grade = "wrong" // somebody else was blamed
	GradePlace Grade = "place" // the right place, another kind of fault
	GradeRight Grade = "right"
)

func grade(e *Episode, c events.Cause) Grade {
	switch {
	case c.Kind == "":
		return GradeNone
	case !rightPlace(e, c.Target.Entity):
		return GradeWrong
	case !e.Case.Answer().Names(c.Kind):
		return GradePlace
	}
	return GradeRight
}

func rightPlace(e *Episode, blamed events.Entity) bool {
	switch e.Case.Kind {
	case fault.Bank:
		return slices.ContainsFunc(e.Shop.Bank, func(name string) bool {
			return strings.Contains(blamed.Service, name) || strings.Contains(blamed.Instance, name)
		})
	case fault.Load:
		return blamed.Service != "" // the load comes from outside: whoever it hits first
	case fault.Agent:
		return blamed.Instance == e.Shop.Agent
	case fault.Release:
		return blamed.Service == e.Case.Service
	default:
		return blamed.Service == e.Case.Service && blamed.Instance == e.Case.Instance
	}
}

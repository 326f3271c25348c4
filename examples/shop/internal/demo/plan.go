package demo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
)

// Plan says which faults are played.
type Plan struct {
	Kinds   []fault.Kind
	Shuffle bool
	Rename  bool // the services get other names
}

// ReadPlan reads what FAULT says: nothing for the short demonstration, "all",
// or names of faults with commas between them.
func ReadPlan(text string, seed uint64) (Plan, error) {
	switch text {
	case "":
		return short(seed), nil
	case "all":
		return Plan{Kinds: fault.Kinds, Shuffle: true, Rename: true}, nil
	}
	var plan Plan
	for _, name := range strings.Split(text, ",") {
		kind, ok := fault.Find(strings.TrimSpace(name))
		if !ok {
			return Plan{}, fmt.Errorf("FAULT=%s: there is no fault %q, only %s and all", text, name, known())
		}
		plan.Kinds = append(plan.Kinds, kind)
	}
	return plan, nil
}

// short is three faults that get healed and one that must be left alone.
func short(seed uint64) Plan {
	second := []fault.Kind{fault.Errors, fault.Slow}
	third := []fault.Kind{fault.Release, fault.Crash}
	return Plan{Kinds: []fault.Kind{fault.Hang, second[seed%2], third[seed/2%2], fault.Bank}}
}

func known() string {
	var names []string
	for _, k := range slices.Sorted(slices.Values(fault.Kinds)) {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

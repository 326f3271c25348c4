// Package owned is what an executor may touch that cannot see units itself: the
// services and instances that its configuration lists. They are in its
// inventory without an incarnation, which another executor has to know.
package owned

import (
	"fmt"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// TargetConfig names a service, or one instance of it.
type TargetConfig struct {
	Namespace string `mapstructure:"namespace"`
	Service   string `mapstructure:"service"`
	Instance  string `mapstructure:"instance"`
}

// Validate tells what is wrong with the target.
func (c *TargetConfig) Validate() error {
	if c.Service == "" {
		return fmt.Errorf("`service` must name the service that may be touched, found none")
	}
	return nil
}

func (c TargetConfig) entity() event.Entity {
	return event.Entity{Namespace: c.Namespace, Service: c.Service, Instance: c.Instance}
}

// Covers tells whether one of the targets is the entity or its whole service.
func Covers(targets []TargetConfig, e event.Entity) bool {
	for _, t := range targets {
		if t.entity().Covers(e) {
			return true
		}
	}
	return false
}

// Units lists the targets of several verbs once each.
func Units(executor string, verbs ...[]TargetConfig) []healing.Unit {
	var units []healing.Unit
	seen := map[TargetConfig]bool{}
	for _, targets := range verbs {
		for _, t := range targets {
			if !seen[t] {
				seen[t] = true
				units = append(units, healing.Unit{Target: event.Target{Entity: t.entity()}, Executor: executor})
			}
		}
	}
	return units
}

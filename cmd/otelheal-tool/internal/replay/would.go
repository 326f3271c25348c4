package replay

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/exporter/recoveryexporter"
	"github.com/otelheal/otelheal/healing"
)

// readPolicies are those of all recovery exporters of a configuration.
func readPolicies(path string) ([]healing.Policy, error) {
	f, err := settings.ReadFile(path)
	if err != nil {
		return nil, err
	}
	ids, err := f.IDs("exporters", "recovery")
	if err != nil {
		return nil, err
	}
	var all []healing.Policy
	for _, id := range ids {
		sub, err := f.Component("exporters", id)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		c := recoveryexporter.NewFactory().CreateDefaultConfig().(*recoveryexporter.Config)
		if err := sub.Unmarshal(c); err != nil {
			return nil, fmt.Errorf("read exporters::%s of %s: %w", id, path, err)
		}
		if err := c.Validate(); err != nil {
			return nil, fmt.Errorf("exporters::%s of %s: %w", id, path, err)
		}
		all = append(all, c.HealingPolicies()...)
	}
	return all, nil
}

// entityOf is whom a series is about, by the labels that OpenTelemetry's metrics
// have in Prometheus, or else by its own: job is namespace/service.
func entityOf(labels map[string]string) event.Entity {
	e := event.Entity{
		Service:   labels["service_name"],
		Namespace: labels["service_namespace"],
		Instance:  labels["service_instance_id"],
	}
	if e.Service == "" {
		e.Service = labels["job"]
		if ns, name, ok := strings.Cut(e.Service, "/"); ok {
			e.Namespace, e.Service = ns, name
		}
	}
	if e.Instance == "" {
		e.Instance = labels["instance"]
	}
	return e
}

// answer is what policies say about an entity when the cause is one of some kinds.
type answer struct {
	kinds  []event.Kind
	policy string
	mode   event.Mode
	verbs  []string
}

// ask plans for each kind of cause, since metrics do not tell the kind. Kinds with
// the same plan are one answer.
func ask(policies []healing.Policy, e event.Entity) []answer {
	var all []answer
	for _, kind := range event.Kinds {
		now := time.Unix(0, 0)
		a := healing.Plan(policies, &event.Incident{
			Cause:      event.Cause{Kind: kind, Target: event.Target{Entity: e}},
			Confidence: 1,
			UpdatedAt:  now,
		}, now)
		k := slices.IndexFunc(all, func(x answer) bool { return x.policy == a.Policy })
		if k < 0 {
			x := answer{policy: a.Policy, mode: a.Mode}
			for _, s := range a.Steps {
				x.verbs = append(x.verbs, s.Verb)
			}
			all, k = append(all, x), len(all)
		}
		all[k].kinds = append(all[k].kinds, kind)
	}
	slices.SortStableFunc(all, func(a, b answer) int { return order(a) - order(b) })
	return all
}

// order puts what no policy matches last.
func order(a answer) int {
	if a.policy == healing.Unmatched {
		return 1
	}
	return 0
}

func (a *answer) kindsSaid() string {
	if len(a.kinds) == len(event.Kinds) {
		return "anything"
	}
	if a.policy == healing.Unmatched {
		return "anything else"
	}
	names := make([]string, len(a.kinds))
	for k, n := range a.kinds {
		names[k] = string(n)
	}
	return strings.Join(names, ", ")
}

func (a *answer) said() string {
	if a.policy == healing.Unmatched {
		return "no policy matches; a person would be paged"
	}
	if len(a.verbs) == 0 {
		return fmt.Sprintf("policy %s leaves it to people", a.policy)
	}
	mode := "would only say so (dry run)"
	if a.mode == event.ModeAct {
		mode = "may act"
	}
	return fmt.Sprintf("policy %s: %s; %s", a.policy, strings.Join(a.verbs, ", then "), mode)
}

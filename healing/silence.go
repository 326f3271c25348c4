package healing

import (
	"regexp"

	"github.com/otelheal/otelheal/event"
)

// Silence is a standing wish of a person that an entity be left alone, such as
// an active silence of Alertmanager.
type Silence struct {
	ID       string
	By       string
	Matchers []Matcher
}

// Matcher is one condition of a silence.
type Matcher struct {
	Name     string
	Value    *regexp.Regexp // anchored
	Negative bool
}

// labels that a matcher may name, by their usual spellings.
var silenceLabels = map[string]func(event.Entity) string{
	"service":             func(e event.Entity) string { return e.Service },
	"service_name":        func(e event.Entity) string { return e.Service },
	"job":                 func(e event.Entity) string { return e.Service },
	"namespace":           func(e event.Entity) string { return e.Namespace },
	"service_namespace":   func(e event.Entity) string { return e.Namespace },
	"instance":            func(e event.Entity) string { return e.Instance },
	"service_instance_id": func(e event.Entity) string { return e.Instance },
	"host":                func(e event.Entity) string { return e.Host },
	"host_name":           func(e event.Entity) string { return e.Host },
}

// Matches tells whether the silence is about the entity: at least one matcher
// names a label of it, and every such one agrees. Matchers on other labels,
// such as alertname, cannot be judged here and do not stand in the way: in
// doubt the person's wish wins.
func (s *Silence) Matches(e event.Entity) bool {
	judged := false
	for _, m := range s.Matchers {
		value, ok := silenceLabels[m.Name]
		if !ok {
			continue
		}
		if m.Value.MatchString(value(e)) == m.Negative {
			return false
		}
		judged = judged || !m.Negative
	}
	return judged
}

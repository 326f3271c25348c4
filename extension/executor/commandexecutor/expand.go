package commandexecutor

import (
	"fmt"
	"regexp"

	"github.com/otelheal/otelheal/healing"
)

var (
	placeholder = regexp.MustCompile(`\{[A-Za-z_.][A-Za-z0-9_.-]*\}`)
	known       = regexp.MustCompile(`^\{(service|instance|incarnation|param\.[A-Za-z0-9_-]+)\}$`)
	// word is all that a value may be: it can't begin an option, hold a
	// separator of any shell, or climb out of a directory with a slash.
	word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@:+-]{0,252}$`)
)

// expand fills in what the order says. Each value stays within the argument of
// its placeholder; one that is no plain word refuses the order.
func expand(argv []string, o healing.Order) ([]string, error) {
	filled := make([]string, len(argv))
	var fault error
	for i, a := range argv {
		if i == 0 {
			filled[0] = a
			continue
		}
		filled[i] = placeholder.ReplaceAllStringFunc(a, func(p string) string {
			v, ok := value(p[1:len(p)-1], o)
			switch {
			case !ok:
				fault = fmt.Errorf("the order has no value for %s", p)
			case !word.MatchString(v):
				fault = fmt.Errorf("the value of %s (%d bytes) is no plain word", p, len(v))
			}
			return v
		})
	}
	return filled, fault
}

func value(name string, o healing.Order) (string, bool) {
	switch name {
	case "service":
		return o.Target.Entity.Service, true
	case "instance":
		return o.Target.Entity.Instance, true
	case "incarnation":
		return string(o.Target.Incarnation), true
	}
	v, ok := o.Params[name[len("param."):]]
	return v, ok
}

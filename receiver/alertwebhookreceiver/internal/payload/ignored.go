package payload

import (
	"slices"
	"strings"

	"github.com/otelheal/otelheal/event"
)

// stateReason is the annotation in which Grafana says that an alert has its
// state for another reason than its condition.
const stateReason = "grafana_state_reason"

// ignored tells why an alert blames nobody.
func (r *Rules) ignored(a *event.Alert, raw *Raw) event.AlertIgnored {
	switch {
	case aboutMonitoring(a, raw):
		return event.IgnoredMonitoring
	case r.test(a, raw):
		return event.IgnoredTest
	case a.Entity.Service == "":
		return event.IgnoredNoTarget
	case len(r.Namespaces) > 0 && !slices.Contains(r.Namespaces, a.Entity.Namespace),
		len(r.Services) > 0 && !slices.Contains(r.Services, a.Entity.Service):
		return event.IgnoredOutOfScope
	}
	return ""
}

// aboutMonitoring tells whether it is the query that failed. Grafana raises an
// alert of its own then, with the labels of the rule, so that it looks as if it
// were about the rule's service; or the rule's own alert with a reason. A reason
// on a resolved alert (its series is gone, its rule was deleted) does not make
// it fire, so that it ends as any other.
func aboutMonitoring(a *event.Alert, raw *Raw) bool {
	if a.Name == "DatasourceNoData" || a.Name == "DatasourceError" {
		return true
	}
	reason := label(raw.Annotations, stateReason)
	return a.Status == event.AlertFiring && (strings.Contains(reason, "NoData") || strings.Contains(reason, "Error"))
}

// test tells whether somebody tries the way: Grafana's button sends TestAlert,
// and a label test="true" says it of any other.
func (r *Rules) test(a *event.Alert, raw *Raw) bool {
	return label(raw.Labels, "test") == "true" ||
		slices.ContainsFunc(r.Tests, func(name string) bool { return strings.EqualFold(name, a.Name) })
}

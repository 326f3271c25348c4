package rcaconnector

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelheal/otelheal/event"
)

// entityOf reads who sent the telemetry. A pod's name will do for an instance.
func entityOf(r pcommon.Resource) event.Entity {
	m := r.Attributes()
	e := event.Entity{
		Namespace: text(m, "service.namespace"), Service: text(m, "service.name"),
		Instance: text(m, "service.instance.id"), Host: text(m, "host.name"),
	}
	if e.Instance == "" {
		e.Instance = text(m, "k8s.pod.name")
	}
	return e
}

// text is the first of the attributes that is a string and not empty.
func text(m pcommon.Map, keys ...string) string {
	for _, k := range keys {
		if v, ok := m.Get(k); ok && v.Type() == pcommon.ValueTypeStr && v.Str() != "" {
			return v.Str()
		}
	}
	return ""
}

// number is the first of the attributes that is an integer; 0 without one.
func number(m pcommon.Map, keys ...string) int64 {
	for _, k := range keys {
		if v, ok := m.Get(k); ok && v.Type() == pcommon.ValueTypeInt {
			return v.Int()
		}
	}
	return 0
}

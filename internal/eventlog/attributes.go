package eventlog

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// putEntity writes the entity by its semantic conventions.
func putEntity(m pcommon.Map, e event.Entity) {
	putText(m, "service.name", e.Service)
	putText(m, "service.namespace", e.Namespace)
	putText(m, "service.instance.id", e.Instance)
	putText(m, "host.name", e.Host)
}

// putText leaves out what is empty.
func putText(m pcommon.Map, key, value string) {
	if value != "" {
		m.PutStr(key, value)
	}
}

func setSeverity(lr plog.LogRecord, n plog.SeverityNumber) {
	lr.SetSeverityNumber(n)
	lr.SetSeverityText(n.String())
}

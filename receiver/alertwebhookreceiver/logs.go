package alertwebhookreceiver

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// serviceName is who reports, where the collector has no name of its own.
const serviceName = "otelheal"

// encoder writes alerts as log records.
type encoder struct {
	codec    *eventlog.Codec
	resource pcommon.Resource // of this collector
	version  string
}

// source is what all alerts of a request have in common.
type source struct {
	format    string
	truncated int  // alerts that the sender left out of its list
	replayed  bool // they come from our own storage
}

// encode writes a record an alert, and tells how many could not be written.
func (e *encoder) encode(alerts []event.Alert, from source) (ld plog.Logs, unencodable int) {
	ld = plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	e.resource.CopyTo(rl.Resource())
	if _, ok := rl.Resource().Attributes().Get("service.name"); !ok {
		rl.Resource().Attributes().PutStr("service.name", serviceName)
	}
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(eventlog.Scope)
	sl.Scope().SetVersion(e.version)
	for k := range alerts {
		lr := plog.NewLogRecord()
		if e.codec.WriteAlert(lr, &alerts[k]) != nil {
			unencodable++ // too large: no later try would do better
			continue
		}
		lr.Attributes().PutStr("otelheal.alert.sender", from.format)
		if from.truncated > 0 {
			lr.Attributes().PutInt("otelheal.alert.truncated", int64(from.truncated))
		}
		if from.replayed {
			lr.Attributes().PutBool("otelheal.alert.replayed", true)
		}
		lr.MoveTo(sl.LogRecords().AppendEmpty())
	}
	return ld, unencodable
}

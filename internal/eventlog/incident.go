package eventlog

import (
	"encoding/hex"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// WriteIncident fills the record with the incident.
func (c *Codec) WriteIncident(lr plog.LogRecord, i *event.Incident) error {
	if err := c.write(lr, NameIncident, i.UpdatedAt, i); err != nil {
		return err
	}
	lr.Body().SetStr(i.Summary)
	severity := plog.SeverityNumberError
	if i.Status == event.IncidentResolved {
		severity = plog.SeverityNumberInfo
	}
	setSeverity(lr, severity)
	if id, err := hex.DecodeString(i.TraceID); err == nil && len(id) == 16 {
		lr.SetTraceID(pcommon.TraceID(id))
	}
	m := lr.Attributes()
	putEntity(m, i.Cause.Target.Entity)
	putText(m, "otelheal.incident.id", i.ID)
	m.PutInt("otelheal.incident.revision", int64(i.Revision))
	putText(m, "otelheal.incident.status", string(i.Status))
	putText(m, "otelheal.incident.kind", string(i.Cause.Kind))
	m.PutDouble("otelheal.incident.confidence", i.Confidence)
	return nil
}

// ReadIncident reads an incident back.
func (c *Codec) ReadIncident(lr plog.LogRecord) (*event.Incident, Trust, error) {
	i := &event.Incident{}
	trust, err := c.read(lr, NameIncident, i)
	return i, trust, err
}

package eventlog

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// WriteOutcome fills the record with the outcome.
func (c *Codec) WriteOutcome(lr plog.LogRecord, o *event.Outcome) error {
	if err := c.write(lr, NameOutcome, o.At, o); err != nil {
		return err
	}
	lr.Body().SetStr(o.Text)
	severity := plog.SeverityNumberInfo
	if o.Page {
		severity = plog.SeverityNumberError
	}
	setSeverity(lr, severity)
	m := lr.Attributes()
	putEntity(m, o.Target.Entity)
	putText(m, "otelheal.action.id", o.ActionID)
	putText(m, "otelheal.incident.id", o.IncidentID)
	putText(m, "otelheal.outcome.state", string(o.State))
	putText(m, "otelheal.outcome.reason", o.Reason)
	m.PutBool("otelheal.outcome.page", o.Page)
	putText(m, "otelheal.target.incarnation", string(o.Target.Incarnation))
	return nil
}

// ReadOutcome reads an outcome back.
func (c *Codec) ReadOutcome(lr plog.LogRecord) (*event.Outcome, Trust, error) {
	o := &event.Outcome{}
	trust, err := c.read(lr, NameOutcome, o)
	return o, trust, err
}

package eventlog

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// WriteAlert fills the record with the alert.
func (c *Codec) WriteAlert(lr plog.LogRecord, a *event.Alert) error {
	at := a.StartsAt
	if a.Status == event.AlertResolved {
		at = a.EndsAt
	}
	if err := c.write(lr, NameAlert, at, a); err != nil {
		return err
	}
	on := a.Entity.String()
	if a.Ignored != "" {
		on = "nobody (" + string(a.Ignored) + ")"
	}
	lr.Body().SetStr(a.Name + " " + string(a.Status) + " on " + on)
	setSeverity(lr, plog.SeverityNumberWarn)
	putEntity(lr.Attributes(), a.Entity)
	putText(lr.Attributes(), "otelheal.alert.name", a.Name)
	putText(lr.Attributes(), "otelheal.alert.status", string(a.Status))
	putText(lr.Attributes(), "otelheal.alert.ignored", string(a.Ignored))
	return nil
}

// ReadAlert reads an alert back.
func (c *Codec) ReadAlert(lr plog.LogRecord) (*event.Alert, Trust, error) {
	a := &event.Alert{}
	trust, err := c.read(lr, NameAlert, a)
	return a, trust, err
}

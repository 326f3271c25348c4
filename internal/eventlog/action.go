package eventlog

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// WriteAction fills the record with the action.
func (c *Codec) WriteAction(lr plog.LogRecord, a *event.Action) error {
	if err := c.write(lr, NameAction, a.IssuedAt, a); err != nil {
		return err
	}
	lr.Body().SetStr(fmt.Sprintf("policy %s asks for %d steps on %s (%s)", a.Policy, len(a.Steps), a.Target, a.Mode))
	setSeverity(lr, plog.SeverityNumberInfo)
	m := lr.Attributes()
	putEntity(m, a.Target.Entity)
	putText(m, "otelheal.action.id", a.ID)
	putText(m, "otelheal.action.mode", string(a.Mode))
	putText(m, "otelheal.action.policy", a.Policy)
	putText(m, "otelheal.incident.id", a.Incident.ID)
	putText(m, "otelheal.target.incarnation", string(a.Target.Incarnation))
	return nil
}

// ReadAction reads an action back.
func (c *Codec) ReadAction(lr plog.LogRecord) (*event.Action, Trust, error) {
	a := &event.Action{}
	trust, err := c.read(lr, NameAction, a)
	return a, trust, err
}

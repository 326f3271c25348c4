package eventlog

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// WriteChange fills the record with the change.
func (c *Codec) WriteChange(lr plog.LogRecord, ch *event.Change) error {
	if err := c.write(lr, NameChange, ch.At, ch); err != nil {
		return err
	}
	lr.Body().SetStr(fmt.Sprintf("%s of %s from %q to %q by %s", ch.Kind, ch.Entity, ch.From, ch.To, ch.By))
	setSeverity(lr, plog.SeverityNumberInfo)
	putEntity(lr.Attributes(), ch.Entity)
	putText(lr.Attributes(), "otelheal.change.kind", string(ch.Kind))
	return nil
}

// ReadChange reads a change back.
func (c *Codec) ReadChange(lr plog.LogRecord) (*event.Change, Trust, error) {
	ch := &event.Change{}
	trust, err := c.read(lr, NameChange, ch)
	return ch, trust, err
}

package eventlog

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

// WriteAgentState fills the record with the state.
func (c *Codec) WriteAgentState(lr plog.LogRecord, s *event.AgentState) error {
	if err := c.write(lr, NameAgentState, s.At, s); err != nil {
		return err
	}
	body := s.Entity.String() + " is " + string(s.Status)
	if s.Reason != "" {
		body += ": " + s.Reason
	}
	lr.Body().SetStr(body)
	severity := plog.SeverityNumberInfo
	if s.Status.Failed() && !s.Planned {
		severity = plog.SeverityNumberWarn
	}
	setSeverity(lr, severity)
	putEntity(lr.Attributes(), s.Entity)
	putText(lr.Attributes(), "otelheal.agent.status", string(s.Status))
	putText(lr.Attributes(), "otelheal.target.incarnation", string(s.Incarnation))
	return nil
}

// ReadAgentState reads a state back.
func (c *Codec) ReadAgentState(lr plog.LogRecord) (*event.AgentState, Trust, error) {
	s := &event.AgentState{}
	trust, err := c.read(lr, NameAgentState, s)
	return s, trust, err
}

package otelhealreceiver

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// serviceName is who reports, where the collector has no name of its own.
const serviceName = "otelheal"

// tally counts the events of a batch by kind, as the metric names them.
type tally struct {
	actions, outcomes, changes, states int
	unencodable                        int
}

func (t tally) encoded() int { return t.actions + t.outcomes + t.changes + t.states }

// encoder turns batches into log records.
type encoder struct {
	codec    *eventlog.Codec
	resource pcommon.Resource // of this collector
	version  string
}

// encode writes one record an event. The order within a batch is that of cause
// and effect: an action and what was done before the changes and states that
// come of it, so that a reader knows a restart before it sees the exit.
func (e *encoder) encode(b *healing.Batch) (plog.Logs, tally) {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	e.resource.CopyTo(rl.Resource())
	if _, ok := rl.Resource().Attributes().Get("service.name"); !ok {
		rl.Resource().Attributes().PutStr("service.name", serviceName)
	}
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(eventlog.Scope)
	sl.Scope().SetVersion(e.version)

	var t tally
	records := sl.LogRecords()
	t.actions = appendEach(records, b.Actions, e.codec.WriteAction)
	t.outcomes = appendEach(records, b.Outcomes, e.codec.WriteOutcome)
	t.changes = appendEach(records, b.Changes, e.codec.WriteChange)
	t.states = appendEach(records, b.States, e.codec.WriteAgentState)
	t.unencodable = len(b.Actions) + len(b.Outcomes) + len(b.Changes) + len(b.States) - t.encoded()
	return logs, t
}

// appendEach writes the events that can be written and tells how many those are.
func appendEach[E any](records plog.LogRecordSlice, events []E, write func(plog.LogRecord, *E) error) int {
	n := 0
	for k := range events {
		lr := plog.NewLogRecord()
		if write(lr, &events[k]) != nil {
			continue // too large or not a number in it: no later try would do better
		}
		lr.MoveTo(records.AppendEmpty())
		n++
	}
	return n
}

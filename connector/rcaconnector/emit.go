package rcaconnector

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

const (
	maxUnsent   = 100
	emitTimeout = 5 * time.Second
)

// emit sends incidents, and first those that the pipeline refused before.
func (e *engine) emit(ctx context.Context, list []event.Incident) {
	list = newest(append(e.unsent, list...))
	e.unsent = nil
	if len(list) == 0 {
		return
	}
	ld := plog.NewLogs()
	sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	sl.Scope().SetName(eventlog.Scope)
	for k := range list {
		if err := e.codec.WriteIncident(sl.LogRecords().AppendEmpty(), &list[k]); err != nil {
			e.log.Error("incident left out", zap.String("incident_id", list[k].ID), zap.Error(err))
			sl.LogRecords().RemoveIf(func(lr plog.LogRecord) bool { return lr.EventName() == "" })
		}
	}
	ctx, cancel := context.WithTimeout(ctx, emitTimeout)
	defer cancel()
	if err := e.next.ConsumeLogs(ctx, ld); err != nil {
		e.telemetry.ConnectorRcaEmissionFailures.Add(ctx, int64(len(list)))
		e.unsent = list[max(0, len(list)-maxUnsent):]
		if !e.refused {
			e.refused = true
			e.log.Warn("incidents refused by the pipeline, will be sent again", zap.Error(err))
		}
		return
	}
	e.refused = false
	for k := range list {
		e.telemetry.ConnectorRcaEmitted.Add(ctx, 1, statusOption[string(list[k].Status)])
		if list[k].Revision == 1 || list[k].Status == event.IncidentResolved {
			e.log.Info("incident", zap.String("incident_id", list[k].ID), zap.String("status", string(list[k].Status)),
				zap.String("kind", string(list[k].Cause.Kind)), zap.Float64("confidence", list[k].Confidence))
		}
	}
}

// newest leaves one of each incident, the one with the highest revision.
func newest(list []event.Incident) []event.Incident {
	best := map[string]uint64{}
	for k := range list {
		best[list[k].ID] = max(best[list[k].ID], list[k].Revision)
	}
	return slices.DeleteFunc(list, func(i event.Incident) bool { return i.Revision < best[i.ID] })
}

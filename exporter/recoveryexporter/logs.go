package recoveryexporter

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/internal/eventlog"
)

// gate lets only verified incidents into the queue of the exporter behind it,
// so that a flood of other records takes no place there.
type gate struct {
	exporter.Logs
	recovery *recovery
	stopped  sync.Once
}

// newGate puts the collector's queue, retries and time-out between the gate and
// the recovery.
func newGate(ctx context.Context, r *recovery) (*gate, error) {
	logs, err := exporterhelper.NewLogs(ctx, r.set, r.cfg, r.push,
		exporterhelper.WithStart(r.start),
		exporterhelper.WithShutdown(r.shutdown),
		exporterhelper.WithTimeout(r.cfg.Timeout),
		exporterhelper.WithQueue(r.cfg.Queue),
		exporterhelper.WithRetry(r.cfg.Retry),
	)
	if err != nil {
		return nil, err
	}
	return &gate{Logs: logs, recovery: r}, nil
}

// Shutdown implements component.Component. The helper's own panics when it is
// called twice.
func (g *gate) Shutdown(ctx context.Context) error {
	var err error
	g.stopped.Do(func() { err = g.Logs.Shutdown(ctx) })
	return err
}

// ConsumeLogs implements consumer.Logs.
func (g *gate) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	verified := newBatch()
	each(ld, func(lr plog.LogRecord) {
		if cause := g.recovery.distrust(lr); cause != "" {
			g.recovery.drop(ctx, cause)
			return
		}
		verified.add(lr)
	})
	if verified.empty() {
		return nil
	}
	return g.Logs.ConsumeLogs(ctx, verified.logs)
}

// distrust is the cause to leave a record alone; empty for an incident.
func (r *recovery) distrust(lr plog.LogRecord) string {
	_, trust, err := r.codec.ReadIncident(lr)
	switch {
	case trust == eventlog.Foreign:
		return causeForeign
	case trust == eventlog.Unsigned:
		return causeUnsigned
	case err != nil:
		return causeMalformed
	}
	return ""
}

// each calls f for every record.
func each(ld plog.Logs, f func(plog.LogRecord)) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				f(lr)
			}
		}
	}
}

// batch collects copies of records. Their resource is left behind: of an
// incident only what its MAC covers counts.
type batch struct {
	logs    plog.Logs
	records plog.LogRecordSlice
}

func newBatch() batch {
	logs := plog.NewLogs()
	return batch{logs, logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()}
}

func (b batch) add(lr plog.LogRecord) { lr.CopyTo(b.records.AppendEmpty()) }

func (b batch) empty() bool { return b.records.Len() == 0 }

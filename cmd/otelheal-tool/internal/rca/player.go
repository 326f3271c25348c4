package rca

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/connector/rcaconnector"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// player runs the rca connector in the time of a recording.
type player struct {
	now       time.Time
	ticks     chan func()
	traces    connector.Traces
	logs      connector.Logs
	metrics   connector.Metrics
	codec     *eventlog.Codec
	incidents []event.Incident // as emitted
}

// key signs the alerts of a replay; nobody else can send any.
const key = "a key of this process only"

func newPlayer(ctx context.Context, start time.Time, trusted ...string) (*player, error) {
	p := &player{now: start, ticks: make(chan func()), codec: eventlog.NewCodec(key)}
	f := rcaconnector.NewReplayFactory(rcaconnector.Clock{Now: func() time.Time { return p.now }, Ticks: p.ticks})
	cfg := f.CreateDefaultConfig().(*rcaconnector.Config)
	cfg.MACKey, cfg.TrustUnsigned = key, trusted
	set := connector.Settings{
		ID: component.NewID(f.Type()),
		TelemetrySettings: component.TelemetrySettings{
			Logger: zap.NewNop(), MeterProvider: metricnoop.NewMeterProvider(), TracerProvider: tracenoop.NewTracerProvider(),
		},
	}
	sink, err := consumer.NewLogs(p.take)
	if err != nil {
		return nil, err
	}
	if p.traces, err = f.CreateTracesToLogs(ctx, set, cfg, sink); err != nil {
		return nil, err
	}
	if p.logs, err = f.CreateLogsToLogs(ctx, set, cfg, sink); err != nil {
		return nil, err
	}
	if p.metrics, err = f.CreateMetricsToLogs(ctx, set, cfg, sink); err != nil {
		return nil, err
	}
	for _, c := range []component.Component{p.traces, p.logs, p.metrics} {
		if err := c.Start(ctx, nil); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *player) stop(ctx context.Context) error {
	var first error
	for _, c := range []component.Component{p.traces, p.logs, p.metrics} {
		if err := c.Shutdown(ctx); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// take keeps what the connector emits. It is called within a tick, or at the end.
func (p *player) take(_ context.Context, ld plog.Logs) error {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				i, _, err := p.codec.ReadIncident(lr)
				if err != nil {
					return err
				}
				p.incidents = append(p.incidents, *i)
			}
		}
	}
	return nil
}

// tick lets the connector look, and waits until it has.
func (p *player) tick(at time.Time) {
	p.now = at
	done := make(chan struct{})
	p.ticks <- func() { close(done) }
	<-done
}

// idle lets time pass without data: second by second while something may still
// come to its end, then at once.
func (p *player) idle(until time.Time) {
	for n := 0; n < quiet && p.now.Add(time.Second).Before(until); n++ {
		p.tick(p.now.Add(time.Second))
	}
	if p.now.Before(until) {
		p.tick(until)
	}
}

// quiet is how many seconds without data it takes to close every incident: the
// longest of them falls silent a minute after its last sample.
const quiet = 180

// play brings a second's data at its end.
func (p *player) play(ctx context.Context, b *batch) error {
	p.idle(time.Unix(b.second, 0).UTC())
	p.now = time.Unix(b.second+1, 0).UTC()
	if b.metrics.ResourceMetrics().Len() > 0 {
		if err := p.metrics.ConsumeMetrics(ctx, b.metrics); err != nil {
			return err
		}
	}
	if b.logs.ResourceLogs().Len() > 0 {
		if err := p.logs.ConsumeLogs(ctx, b.logs); err != nil {
			return err
		}
	}
	if b.traces.ResourceSpans().Len() > 0 {
		if err := p.traces.ConsumeTraces(ctx, b.traces); err != nil {
			return err
		}
	}
	p.tick(p.now)
	return nil
}

// tell brings an alert about a service, firing since start, or resolved.
func (p *player) tell(ctx context.Context, id, service string, start, end time.Time) error {
	a := event.Alert{
		Fingerprint: id, Name: "SomethingIsWrong", Status: event.AlertFiring, StartsAt: start,
		Entity: event.Entity{Service: service}, Summary: "users complain",
	}
	if !end.IsZero() {
		a.Status, a.EndsAt = event.AlertResolved, end
	}
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	if err := p.codec.WriteAlert(lr, &a); err != nil {
		return err
	}
	return p.logs.ConsumeLogs(ctx, ld)
}

// verdict is the newest emission, since some place in the list, of an incident
// that an alert is part of.
func (p *player) verdict(since int) *event.Incident {
	for k := len(p.incidents) - 1; k >= since; k-- {
		for _, x := range p.incidents[k].Evidence {
			if x.Signal == event.SignalAlert {
				return &p.incidents[k]
			}
		}
	}
	return nil
}

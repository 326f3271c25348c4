package rcaconnector

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/rca"
)

const tick = 250 * time.Millisecond

// engine runs one rca.Engine: it hands in what pipelines bring and sends out
// what ticks return.
type engine struct {
	mu    sync.Mutex // guards brain; held while a batch is taken or a tick runs
	brain *rca.Engine
	grown increases // of counted calls; guarded as well
	fault string    // of the last panic; guarded as well
	set   rca.Settings

	codec       *eventlog.Codec
	trusted     map[string]bool
	next        consumer.Logs
	log         *zap.Logger
	telemetry   *metadata.TelemetryBuilder
	noService   atomic.Int64
	undecodable atomic.Int64
	now         func() time.Time
	unsent      []event.Incident // refused by the pipeline, the newest of each incident; owned by run
	refused     bool             // and it was said so
	standing    standing
	lookups     *lookups // nil: there is no store
	stop        chan struct{}
	done        chan struct{}
}

// startEngine starts the engine of a component. Incidents go to one consumer
// only: all pairs of signals lead to the same pipelines.
func startEngine(ctx context.Context, c *rcaConnector, host component.Host) (*engine, error) {
	e := newEngine(c.cfg, c.next, c.set.Logger)
	t, err := metadata.NewTelemetryBuilder(c.set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	e.telemetry = t
	if err := e.observe(); err != nil {
		return nil, err
	}
	if c.clock.Now != nil {
		e.now = c.clock.Now
		go e.replay(c.clock.Ticks)
		return e, nil
	}
	if cfg := c.cfg.LogsLookup.Get(); cfg != nil {
		if e.lookups, err = startLookups(ctx, cfg, host, c.set.TelemetrySettings, t, e.found); err != nil {
			t.Shutdown()
			return nil, err
		}
	}
	ticker := time.NewTicker(tick)
	go func() {
		defer ticker.Stop()
		e.run(ticker.C)
	}()
	return e, nil
}

func newEngine(cfg *Config, next consumer.Logs, log *zap.Logger) *engine {
	e := &engine{
		brain: rca.New(cfg.settings()), set: cfg.settings(), grown: newIncreases(), codec: eventlog.NewCodec(string(cfg.MACKey)), trusted: map[string]bool{},
		next: next, log: log, now: time.Now, stop: make(chan struct{}), done: make(chan struct{}),
	}
	for _, k := range cfg.TrustUnsigned {
		e.trusted[k] = true
	}
	return e
}

func (e *engine) run(ticks <-chan time.Time) {
	defer close(e.done)
	for {
		select {
		case <-e.stop:
			return
		case <-ticks:
			e.tick(context.Background())
		}
	}
}

func (e *engine) tick(ctx context.Context) {
	began := time.Now()
	var out []event.Incident
	var wanted []rca.Lookup
	e.guarded(ctx, func() {
		out = e.brain.Tick(e.now())
		if e.lookups != nil {
			wanted = e.brain.Wanted(e.lookups.room(), e.now())
		}
	})
	e.telemetry.ConnectorRcaTickDuration.Record(ctx, time.Since(began).Seconds())
	e.standing.note(out)
	e.emit(ctx, out)
	if len(wanted) > 0 {
		e.lookups.ask(wanted)
	}
}

// found takes in what a log store has.
func (e *engine) found(l rca.Lookup, logs []rca.Log) {
	e.guarded(context.Background(), func() { e.brain.Found(l, logs, e.now()) })
}

// Shutdown ends the engine: open incidents are emitted once more, as they stand.
func (e *engine) Shutdown(ctx context.Context) error {
	close(e.stop)
	if e.lookups != nil {
		e.lookups.shutdown()
	}
	select {
	case <-e.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	var out []event.Incident
	e.guarded(ctx, func() { out = e.brain.Drain(e.now()) })
	e.emit(ctx, out)
	e.telemetry.Shutdown()
	return nil
}

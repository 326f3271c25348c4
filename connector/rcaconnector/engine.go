package rcaconnector

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/connector"
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
	stop        chan struct{}
	done        chan struct{}
}

// startEngine starts the engine of a component. Incidents go to one consumer
// only: all pairs of signals lead to the same pipelines.
func startEngine(cfg *Config, set connector.Settings, next consumer.Logs, clock Clock) (*engine, error) {
	e := newEngine(cfg, next, set.Logger)
	t, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	e.telemetry = t
	if err := e.observe(); err != nil {
		return nil, err
	}
	if clock.Now != nil {
		e.now = clock.Now
		go e.replay(clock.Ticks)
		return e, nil
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
		brain: rca.New(cfg.settings()), codec: eventlog.NewCodec(string(cfg.MACKey)), trusted: map[string]bool{},
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
	e.mu.Lock()
	out := e.brain.Tick(e.now())
	e.mu.Unlock()
	e.telemetry.ConnectorRcaTickDuration.Record(ctx, time.Since(began).Seconds())
	e.standing.note(out)
	e.emit(ctx, out)
}

// Shutdown ends the engine: open incidents are emitted once more, as they stand.
func (e *engine) Shutdown(ctx context.Context) error {
	close(e.stop)
	select {
	case <-e.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	e.mu.Lock()
	out := e.brain.Drain(e.now())
	e.mu.Unlock()
	e.emit(ctx, out)
	e.telemetry.Shutdown()
	return nil
}

package anomalyprocessor

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor/internal/metadata"
)

// engine is what all pipelines of one component id share.
type engine struct {
	config     *Config
	logger     *zap.Logger
	telemetry  *metadata.TelemetryBuilder
	plans      *plans // guarded by mu
	groupModel detector.EWMA
	snapshots  *snapshots // nil without storage; used by one goroutine at a time
	now        func() time.Time
	stop       context.CancelFunc
	stopping   context.Context
	done       chan struct{}

	mu     sync.Mutex // guards the fields below; held for one batch at a time
	store  *detector.Store
	walk   *walk
	active map[activeKey]*active
	users  []*anomalyProcessor
	budget budget
	judged int64 // values since the budget was looked at
	looked time.Time

	sending sync.Mutex // held while last words are sent, so that leave can wait
}

// tick is how often idle and ended series are looked for.
const tick = time.Second

// startEngine makes the engine of the first pipeline to start, and its goroutine.
func startEngine(ctx context.Context, host component.Host, p *anomalyProcessor) (*engine, error) {
	c, set := p.config, p.set
	e, err := newEngine(c, set, p.now)
	if err != nil {
		return nil, err
	}
	if c.Storage != nil {
		if e.snapshots, err = openSnapshots(ctx, host, *c.Storage, set.ID); err != nil {
			e.telemetry.Shutdown()
			return nil, err
		}
		e.restore(ctx)
	}
	go e.run()
	return e, nil
}

// newEngine makes an engine with an empty store.
func newEngine(c *Config, set processor.Settings, now func() time.Time) (*engine, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	e := &engine{
		config:     c,
		logger:     set.Logger,
		telemetry:  telemetry,
		plans:      newPlans(c),
		groupModel: groupModel(&c.Model),
		budget:     budget{incidents: c.FalseIncidentsPerWeek, chance: strictest},
		now:        now,
		done:       make(chan struct{}),
		active:     map[activeKey]*active{},
	}
	e.stopping, e.stop = context.WithCancel(context.Background())
	var seed [16]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, fmt.Errorf("draw seed: %w", err)
	}
	e.use(detector.NewStore(detector.Settings{
		MaxSeries:   c.MaxSeries,
		IdleTimeout: c.IdleTimeout,
		Seed:        [2]uint64{binary.LittleEndian.Uint64(seed[:]), binary.LittleEndian.Uint64(seed[8:])},
	}))
	return e, e.observeItself()
}

// use makes a store the engine's.
func (e *engine) use(s *detector.Store) {
	e.store = s
	e.walk = &walk{e: e, h: s.Hasher(), emit: e.config.Emit, expander: detector.NewExpander()}
}

// observe judges a batch and returns its scores, if there are any.
func (e *engine) observe(ctx context.Context, md pmetric.Metrics, owner *anomalyProcessor) (pmetric.Metrics, bool) {
	e.mu.Lock()
	w := e.walk
	w.now, w.owner = e.now().UnixNano(), owner
	w.batch, w.groups = scoreBatch{}, scoreBatch{}
	w.metrics(md)
	w.batch.join(&w.groups)
	scores, some := w.batch.result()
	scored, skipped := w.scored, w.skipped
	e.judged += scored
	w.scored, w.skipped = 0, [skipReasons]int64{}
	w.owner, w.rm, w.metric = nil, pmetric.ResourceMetrics{}, pmetric.Metric{}
	e.mu.Unlock()
	e.countPoints(ctx, scored, &skipped)
	return scores, some
}

// run looks after the store until the engine stops.
func (e *engine) run() {
	defer close(e.done)
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := e.now()
	for {
		select {
		case <-e.stopping.Done():
			return
		case <-ticker.C:
		}
		e.tend(e.stopping)
		if now := e.now(); e.snapshots != nil && now.Sub(last) >= e.config.SnapshotInterval {
			last = now
			e.save(e.stopping)
		}
	}
}

// tend forgets what is idle and tells of anomalies whose series ended.
func (e *engine) tend(ctx context.Context) {
	e.sending.Lock()
	defer e.sending.Unlock()
	now := e.now().UnixNano()
	e.mu.Lock()
	e.store.Expire(now, max(1000, e.store.Stats().Series/30))
	gone := e.takeGone(now)
	e.share(now)
	users := append([]*anomalyProcessor(nil), e.users...)
	e.mu.Unlock()
	for _, p := range users {
		if scores, ok := gone[p]; ok {
			p.send(ctx, scores)
		}
	}
}

// share gives every series its share of the budget.
func (e *engine) share(now int64) {
	at := time.Unix(0, now)
	passed := at.Sub(e.looked)
	if e.looked.IsZero() {
		passed = 0
	}
	chance := e.budget.look(e.judged, e.store.Stats().Seasoned, passed)
	e.judged, e.looked = 0, at
	e.plans.allow(chance)
	if e.config.Model.Chance == 0 {
		e.groupModel.Chance = chance
	}
}

// join adds a pipeline.
func (e *engine) join(p *anomalyProcessor) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.users = append(e.users, p)
}

// leave takes a pipeline out; afterwards nothing is sent to it. It may wait for
// a call to its next consumer to return.
func (e *engine) leave(p *anomalyProcessor) {
	e.sending.Lock()
	defer e.sending.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, u := range e.users {
		if u == p {
			e.users = append(e.users[:i], e.users[i+1:]...)
			break
		}
	}
	for key, a := range e.active {
		if a.owner == p {
			delete(e.active, key)
		}
	}
}

// Shutdown stops the goroutine and writes a last snapshot.
func (e *engine) Shutdown(ctx context.Context) error {
	e.stop()
	<-e.done
	var err error
	if e.snapshots != nil {
		e.save(ctx)
		err = e.snapshots.close(ctx)
	}
	e.telemetry.Shutdown()
	return err
}

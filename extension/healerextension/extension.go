package healerextension

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/healing"
)

var (
	_ healing.Backend                       = (*healer)(nil)
	_ healing.OutcomeSource                 = (*healer)(nil)
	_ extensioncapabilities.Dependent       = (*healer)(nil)
	_ extensioncapabilities.PipelineWatcher = (*healer)(nil)
)

// tickInterval is how often waiting and verifying actions are looked at: a
// fraction of the second in which a repair should begin.
const tickInterval = 200 * time.Millisecond

// stopWithin bounds Shutdown, during which a reload leaves the receivers deaf.
// What is not done by then stays `executing` in the journal and is looked up
// after the next start.
const stopWithin = 2 * time.Second

type healer struct {
	cfg       *Config
	set       extension.Settings
	log       *zap.Logger
	host      component.Host
	now       func() time.Time
	tick      time.Duration
	executors []executor
	claims    healing.Claims
	inbox     inbox
	api       *api
	silences  *silences
	metrics   *metrics

	// mu orders all that the core does, and guards the fields below it.
	mu      sync.Mutex
	core    *healing.Healer
	journal *journal
	broken  error        // why the journal can't be written; nothing is done from then on
	lookups healing.Work // of the restored records, until Ready
	ready   bool
	acked   uint64 // position of the outbox that the receiver has taken

	// running is cancelled to end the loop, working to end the orders under way.
	running, working context.Context
	stopRunning      context.CancelFunc
	stopWorking      context.CancelFunc
	loops, orders    sync.WaitGroup
}

// executor is an extension that carries out steps, by its component ID.
type executor struct {
	id     string
	hand   healing.Executor
	cancel func() // of its reports
}

func newHealer(set extension.Settings, cfg *Config) *healer {
	h := &healer{cfg: cfg, set: set, log: set.Logger, now: time.Now, tick: tickInterval, claims: healing.Sole{}}
	h.metrics = newMetrics(h)
	return h
}

// Dependencies implements extensioncapabilities.Dependent.
func (h *healer) Dependencies() []component.ID { return h.cfg.Executors }

// Start opens the journal and the API, and finds the executors. Nothing is
// acted on before Ready.
func (h *healer) Start(ctx context.Context, host component.Host) error {
	h.host = host
	h.running, h.stopRunning = context.WithCancel(context.Background())
	h.working, h.stopWorking = context.WithCancel(context.Background())
	var err error
	if h.executors, err = findExecutors(host, h.cfg.Executors); err != nil {
		return err
	}
	if err := h.restore(); err != nil {
		return err
	}
	for i := range h.executors {
		if r, ok := h.executors[i].hand.(healing.Reporter); ok {
			h.executors[i].cancel = r.Subscribe(h.inbox.report)
		}
	}
	if h.cfg.Silences.HasValue() {
		if h.silences, err = newSilences(ctx, host, h.set.TelemetrySettings, h.cfg.Silences.Get()); err != nil {
			return err
		}
		h.silences.refresh(ctx)
		h.loops.Go(func() { h.silences.follow(h.running) })
	}
	if h.cfg.HTTP.HasValue() {
		if h.api, err = startAPI(ctx, host, h); err != nil {
			return err
		}
	}
	return nil
}

// restore opens the journal and gives its records to the core.
func (h *healer) restore() error {
	j, err := openJournal(h.cfg.Journal.Path, h.cfg.Journal.MaxOutbox)
	if err != nil {
		return err
	}
	records, err := j.records()
	if err != nil {
		return errors.Join(fmt.Errorf("read journal %s: %w", h.cfg.Journal.Path, err), j.close())
	}
	limits := h.cfg.Guardrails.limits()
	if own, ok := h.set.Resource.Attributes().Get("service.name"); ok {
		limits.Deny = append(slices.Clone(limits.Deny), own.Str()) // never itself
	}
	settings := healing.Settings{Limits: limits, Keep: h.cfg.Journal.Keep}
	for _, e := range h.executors {
		settings.Executors = append(settings.Executors, e.id)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.journal, h.core = j, healing.New(settings)
	h.lookups = h.core.Restore(records)
	h.inbox.open()
	return nil
}

// Ready starts the loop: the pipelines stand, so that what an interrupted
// effect became of, and all that follows, can be said.
func (h *healer) Ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ready {
		return nil
	}
	h.ready = true
	h.dispatch(h.lookups)
	h.lookups = healing.Work{}
	h.loops.Go(h.loop)
	return nil
}

// NotReady implements extensioncapabilities.PipelineWatcher. The healer works
// on while the pipelines stop; Shutdown ends it.
func (h *healer) NotReady() error { return nil }

// Shutdown takes nothing new, lets the orders under way end for up to two
// seconds, and closes the journal.
func (h *healer) Shutdown(ctx context.Context) error {
	if h.stopRunning == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	var errs []error
	if h.api != nil {
		errs = append(errs, h.api.stop(ctx))
	}
	h.stopRunning()
	for _, e := range h.executors {
		if e.cancel != nil {
			e.cancel()
		}
	}
	h.inbox.close()
	h.loops.Wait()
	ended := make(chan struct{})
	go func() { h.orders.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	h.stopWorking()
	<-ended // an executor returns once its context has ended
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.journal != nil {
		errs = append(errs, h.journal.close())
		h.journal, h.broken = nil, errors.New("the healer is shut down")
	}
	h.stopRunning = nil
	return errors.Join(errs...)
}

// breakDown is what a journal that can't be written means: nothing is done any
// more, and everybody can see why.
func (h *healer) breakDown(err error) {
	h.broken = fmt.Errorf("write the journal: %w", err)
	h.log.Error("Healing stopped: the journal cannot be written", zap.Error(err))
	componentstatus.ReportStatus(h.host, componentstatus.NewPermanentErrorEvent(h.broken))
}

func findExecutors(host component.Host, ids []component.ID) ([]executor, error) {
	var found []executor
	var errs []error
	extensions := host.GetExtensions()
	for _, id := range ids {
		ext, ok := extensions[id]
		if !ok {
			errs = append(errs, fmt.Errorf("`executors` names %q, which is no running extension: add it to `extensions` and to `service::extensions`", id))
			continue
		}
		hand, ok := ext.(healing.Executor)
		if !ok {
			errs = append(errs, fmt.Errorf("`executors` names %q, which is no executor: name a process_executor, http_executor or command_executor", id))
			continue
		}
		found = append(found, executor{id: id.String(), hand: hand})
	}
	return found, errors.Join(errs...)
}

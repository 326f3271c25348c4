package otelhealreceiver

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/receiver/otelhealreceiver/internal/metadata"
)

// format is what the collector's own metrics call our events.
const format = "otelheal"

// reporter pulls from one source and emits into the pipelines.
type reporter struct {
	cfg       *Config
	set       receiver.Settings
	next      consumer.Logs
	encoder   encoder
	telemetry *metadata.TelemetryBuilder
	obs       *receiverhelper.ObsReport

	source healing.OutcomeSource // set in Start
	cancel context.CancelFunc    // set in Start
	done   sync.WaitGroup        // the goroutine

	lastPullError string // the goroutine's: an error is logged when it changes
}

func newReporter(cfg *Config, set receiver.Settings, next consumer.Logs) (*reporter, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	obs, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: set.ID, Transport: "internal", LongLivedCtx: true, ReceiverCreateSettings: set,
	})
	if err != nil {
		return nil, err
	}
	return &reporter{
		cfg:       cfg,
		set:       set,
		next:      next,
		encoder:   encoder{eventlog.NewCodec(string(cfg.MACKey)), set.Resource, set.BuildInfo.Version},
		telemetry: telemetry,
		obs:       obs,
	}, nil
}

// Start implements component.Component.
func (r *reporter) Start(_ context.Context, host component.Host) error {
	ext, ok := host.GetExtensions()[r.cfg.Source]
	if !ok {
		return fmt.Errorf("`source`: there is no extension %q: add it under `extensions` and to the list `service::extensions`", r.cfg.Source)
	}
	source, ok := ext.(healing.OutcomeSource)
	if !ok {
		return fmt.Errorf("`source`: extension %q has nothing to report: name one that does, such as healer", r.cfg.Source)
	}
	r.source = source
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	r.done.Go(func() { r.run(ctx) })
	return nil
}

// Shutdown implements component.Component. What is under way is not
// acknowledged unless the pipelines take it meanwhile, and comes again.
func (r *reporter) Shutdown(ctx context.Context) error {
	defer r.telemetry.Shutdown()
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	ended := make(chan struct{})
	go func() {
		r.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the pipelines to take a batch: %w", ctx.Err())
	}
}

// run reports batch after batch until ctx ends.
func (r *reporter) run(ctx context.Context) {
	var idle backoff
	for ctx.Err() == nil {
		batch, err := r.source.Pull(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.pullFailed(ctx, err)
			idle.wait(ctx)
		case batch.Empty():
			idle.wait(ctx) // a source that returns without anything must not keep us spinning
		default:
			idle.reset()
			r.lastPullError = ""
			r.report(ctx, batch)
		}
	}
}

// report emits the batch, again and again if need be, and acknowledges it.
func (r *reporter) report(ctx context.Context, batch healing.Batch) {
	var pause backoff
	for {
		err := r.emit(ctx, &batch)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return
		}
		if consumererror.IsPermanent(err) {
			_, t := r.encoder.encode(&batch)
			r.dropped(ctx, "refused", t.encoded())
			r.set.Logger.Error("pipelines refused events for good", zap.Error(err), zap.Int("events", t.encoded()))
			break
		}
		r.telemetry.ReceiverOtelhealRetries.Add(ctx, 1)
		if pause.delay == 0 {
			r.set.Logger.Warn("pipelines can't take events, they will be sent again", zap.Error(err))
		}
		if !pause.wait(ctx) {
			return
		}
	}
	if err := r.source.Ack(ctx, batch); err != nil && ctx.Err() == nil {
		r.telemetry.ReceiverOtelhealAckFailures.Add(ctx, 1)
		r.set.Logger.Warn("events could not be acknowledged, they may be sent again", zap.Error(err))
	}
}

// emit encodes the batch anew each time: whoever took it may have changed it.
func (r *reporter) emit(ctx context.Context, batch *healing.Batch) error {
	logs, t := r.encoder.encode(batch)
	if t.encoded() > 0 {
		obsCtx := r.obs.StartLogsOp(ctx)
		err := r.next.ConsumeLogs(obsCtx, logs)
		r.obs.EndLogsOp(obsCtx, format, t.encoded(), err)
		if err != nil {
			return err
		}
	}
	r.telemetry.ReceiverOtelhealLastSuccess.Record(ctx, float64(time.Now().UnixMilli())/1000)
	if t.unencodable > 0 {
		r.dropped(ctx, "unencodable", t.unencodable)
		r.set.Logger.Error("events could not be encoded and are lost", zap.Int("events", t.unencodable))
	}
	for _, c := range []struct {
		kind string
		n    int
	}{{"action", t.actions}, {"outcome", t.outcomes}, {"change", t.changes}, {"agent_state", t.states}} {
		if c.n > 0 {
			r.telemetry.ReceiverOtelhealEvents.Add(ctx, int64(c.n), metric.WithAttributes(attribute.String("kind", c.kind)))
		}
	}
	return nil
}

func (r *reporter) dropped(ctx context.Context, cause string, n int) {
	if n > 0 {
		r.telemetry.ReceiverOtelhealDropped.Add(ctx, int64(n), metric.WithAttributes(attribute.String("cause", cause)))
	}
}

func (r *reporter) pullFailed(ctx context.Context, err error) {
	r.telemetry.ReceiverOtelhealPullFailures.Add(ctx, 1)
	if err.Error() != r.lastPullError {
		r.lastPullError = err.Error()
		r.set.Logger.Warn("nothing could be pulled, it will be tried again", zap.Error(err))
	}
}

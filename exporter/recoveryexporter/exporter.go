package recoveryexporter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/exporter/recoveryexporter/internal/metadata"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// Causes for which nothing is sent, as the metric names them.
const (
	causeForeign   = "foreign"
	causeUnsigned  = "unsigned"
	causeMalformed = "malformed"
	causeUnmatched = "unmatched"
	causeUnsettled = "unsettled"
	causeExpired   = "expired"
	causeRejected  = "rejected"
	causeWithheld  = "withheld"
	causeUnknown   = "unknown"
)

// recovery turns incidents into submitted actions.
type recovery struct {
	cfg       *Config
	set       exporter.Settings
	policies  []healing.Policy
	codec     *eventlog.Codec
	telemetry *metadata.TelemetryBuilder
	now       func() time.Time

	dest *destination // set in start
}

func newRecovery(cfg *Config, set exporter.Settings) (*recovery, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &recovery{
		cfg:       cfg,
		set:       set,
		policies:  policies(cfg.Policies),
		codec:     eventlog.NewCodec(string(cfg.MACKey)),
		telemetry: telemetry,
		now:       time.Now,
	}, nil
}

func (r *recovery) start(ctx context.Context, host component.Host) error {
	backend, err := r.backend(ctx, host)
	if err != nil {
		return err
	}
	r.dest = &destination{
		backend: backend,
		now:     r.now,
		breaker: breaker{cfg: r.cfg.Breaker},
		changed: func(s breakerState) { r.breakerChanged(host, s) },
	}
	return r.telemetry.RegisterExporterRecoveryBreakerStateCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(int64(r.dest.state()))
		return nil
	})
}

func (r *recovery) backend(ctx context.Context, host component.Host) (healing.Backend, error) {
	if r.cfg.HTTP.HasValue() {
		b, err := newHTTPBackend(ctx, r.cfg.HTTP.Get(), host, r.set.TelemetrySettings)
		if err != nil {
			return nil, err
		}
		b.source = "/otelheal/" + r.set.ID.String()
		b.agent = "otelheal/" + r.set.BuildInfo.Version
		if t := r.cfg.HTTP.Get().Template; t.HasValue() {
			return newTool(b, t.Get())
		}
		return b, nil
	}
	ext, ok := host.GetExtensions()[r.cfg.Backend]
	if !ok {
		return nil, fmt.Errorf("`backend`: there is no extension %q: add it under `extensions` and to the list `service::extensions`", r.cfg.Backend)
	}
	b, ok := ext.(healing.Backend)
	if !ok {
		return nil, fmt.Errorf("`backend`: extension %q takes no actions: name one that does, such as healer", r.cfg.Backend)
	}
	return b, nil
}

// shutdown runs after the queue has stopped, and also without a start.
func (r *recovery) shutdown(context.Context) error {
	r.telemetry.Shutdown()
	if r.dest != nil {
		if b, ok := r.dest.backend.(interface{ close() }); ok {
			b.close()
		}
	}
	return nil
}

// push submits an action for each incident. What may succeed later is returned
// for a retry, and only that; what can't is returned if there is nothing else.
func (r *recovery) push(ctx context.Context, ld plog.Logs) error {
	var retry, final []error
	again := newBatch()
	each(ld, func(lr plog.LogRecord) {
		switch err := r.submit(ctx, lr); {
		case err == nil:
		case consumererror.IsPermanent(err):
			final = append(final, err)
		default:
			retry = append(retry, err)
			again.add(lr)
		}
	})
	if len(retry) == 0 {
		return errors.Join(final...)
	}
	for _, err := range final {
		r.set.Logger.Error("action was dropped", zap.Error(err))
	}
	return consumererror.NewLogs(errors.Join(retry...), again.logs)
}

// submit plans the action for one incident and hands it over.
func (r *recovery) submit(ctx context.Context, lr plog.LogRecord) error {
	// Verified once more: the queue may have been on a disk meanwhile.
	if cause := r.distrust(lr); cause != "" {
		r.drop(ctx, cause)
		return nil
	}
	incident, _, _ := r.codec.ReadIncident(lr)
	now := r.now()
	action := healing.Plan(r.policies, incident, now)
	if action.Policy == healing.Unmatched && r.cfg.Unmatched == UnmatchedIgnore {
		r.drop(ctx, causeUnmatched)
		return nil
	}
	if healing.Premature(&action) {
		r.drop(ctx, causeUnsettled)
		return nil
	}
	if by := healing.DeliverBy(&action); now.After(by) {
		r.drop(ctx, causeExpired)
		return consumererror.NewPermanent(fmt.Errorf("action %s of incident %s was to be delivered by %s, it is %s late",
			action.ID, incident.ID, by.Format(time.RFC3339), now.Sub(by).Round(time.Millisecond)))
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("submit action %s: %w", action.ID, err) // says nothing about the destination
	}
	begin := time.Now()
	receipt, err := r.dest.submit(ctx, &action)
	w := (*withheld)(nil)
	if !errors.Is(err, errBreakerOpen) && !errors.As(err, &w) {
		r.telemetry.ExporterRecoverySubmitDuration.Record(ctx, time.Since(begin).Seconds())
	}
	switch {
	case w != nil:
		r.drop(ctx, causeWithheld)
		r.set.Logger.Debug("action was withheld", zap.String("action", action.ID), zap.String("reason", string(w.reason)))
		return nil
	case errors.Is(err, errInDoubt):
		r.drop(ctx, causeUnknown)
	case err != nil && consumererror.IsPermanent(err):
		r.drop(ctx, causeRejected)
	}
	if err != nil {
		return fmt.Errorf("submit action %s: %w", action.ID, err)
	}
	return r.answered(ctx, &action, receipt)
}

// answered counts and tells what the backend made of the action.
func (r *recovery) answered(ctx context.Context, a *event.Action, receipt healing.Receipt) error {
	r.telemetry.ExporterRecoveryActions.Add(ctx, 1, metric.WithAttributes(attribute.String("verdict", string(receipt.Verdict))))
	r.telemetry.ExporterRecoveryLastSuccess.Record(ctx, float64(r.now().UnixMilli())/1000)
	fields := []zap.Field{
		zap.String("incident_id", a.Incident.ID), zap.Uint64("revision", a.Incident.Revision), zap.String("action", a.ID),
		zap.String("policy", a.Policy), zap.String("mode", string(a.Mode)), zap.Stringer("target", a.Target),
		zap.String("verdict", string(receipt.Verdict)),
	}
	switch receipt.Verdict {
	case healing.VerdictInvalid:
		r.drop(ctx, causeRejected)
		return consumererror.NewPermanent(fmt.Errorf("backend can never take action %s: %.200q", a.ID, receipt.Reason))
	case healing.VerdictAccepted:
		r.set.Logger.Info("action was handed over", fields...)
	default:
		r.set.Logger.Debug("action was sent again", fields...)
	}
	return nil
}

func (r *recovery) drop(ctx context.Context, cause string) {
	r.telemetry.ExporterRecoveryDropped.Add(ctx, 1, metric.WithAttributes(attribute.String("cause", cause)))
}

func (r *recovery) breakerChanged(host component.Host, s breakerState) {
	r.telemetry.ExporterRecoveryBreakerTransitions.Add(context.Background(), 1, metric.WithAttributes(attribute.String("state", s.String())))
	switch s {
	case breakerOpen:
		r.set.Logger.Warn("circuit breaker opened: actions wait", zap.Duration("open_for", r.cfg.Breaker.OpenFor))
		componentstatus.ReportStatus(host, componentstatus.NewRecoverableErrorEvent(errBreakerOpen))
	case breakerClosed:
		r.set.Logger.Info("circuit breaker closed")
		componentstatus.ReportStatus(host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
}

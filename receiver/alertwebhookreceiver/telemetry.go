package alertwebhookreceiver

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// outcome is what became of an alert, as the metric names it.
type outcome string

const (
	outcomePassed    outcome = "passed"
	outcomeDuplicate outcome = "duplicate"
	outcomeOutdated  outcome = "outdated"
	outcomeInvalid   outcome = "invalid"
	// Alerts that are passed on and blame nobody count under their reason:
	// monitoring, test, no_target, out_of_scope.
)

// result is how a request was answered.
type result string

const (
	resultAccepted      result = "accepted"       // 200
	resultMalformed     result = "malformed"      // 400
	resultUnauthorized  result = "unauthorized"   // 401
	resultNotUnderstood result = "not_understood" // 404, 405, 415
	resultTooLarge      result = "too_large"      // 413
	resultRefused       result = "refused"        // 422: the pipelines will never take it
	resultUnavailable   result = "unavailable"    // 503
)

func (w *webhook) countAlerts(ctx context.Context, o outcome, n int) {
	if n > 0 {
		w.telemetry.ReceiverAlertWebhookAlerts.Add(ctx, int64(n), metric.WithAttributes(attribute.String("outcome", string(o))))
	}
}

// observe registers what is read when somebody asks.
func (w *webhook) observe() error {
	t := w.telemetry
	for _, g := range []struct {
		register func(metric.Int64Callback) error
		value    func() int64
	}{
		{t.RegisterReceiverAlertWebhookKnownCallback, func() int64 { n, _ := w.book.Len(); return int64(n) }},
		{t.RegisterReceiverAlertWebhookForgottenCallback, func() int64 { _, n := w.book.Len(); return n }},
		{t.RegisterReceiverAlertWebhookKnownLimitCallback, func() int64 { return int64(w.cfg.MaxKnownAlerts) }},
		{t.RegisterReceiverAlertWebhookInFlightCallback, func() int64 { return int64(len(w.gate.room)) }},
		{t.RegisterReceiverAlertWebhookInFlightLimitCallback, func() int64 { return int64(cap(w.gate.room)) }},
	} {
		if err := g.register(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(g.value())
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

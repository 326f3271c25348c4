package process

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/examples/shop/internal/station"
)

// observe reports how full a station is.
func observe(s *station.Station) error {
	m := otel.Meter("github.com/otelheal/otelheal/examples/shop/internal/station")
	active, err := m.Int64ObservableUpDownCounter("http.server.active_requests", metric.WithUnit("{request}"),
		metric.WithDescription("Number of active HTTP server requests."))
	if err != nil {
		return err
	}
	busy, err := m.Int64ObservableGauge("worker.busy", metric.WithUnit("{worker}"),
		metric.WithDescription("Number of workers that are at work."))
	if err != nil {
		return err
	}
	waiting, err := m.Int64ObservableGauge("worker.queue.length", metric.WithUnit("{request}"),
		metric.WithDescription("Number of requests that wait for a worker."))
	if err != nil {
		return err
	}
	_, err = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(active, s.Active())
		o.ObserveInt64(busy, s.Busy())
		o.ObserveInt64(waiting, s.Waiting())
		return nil
	}, active, busy, waiting)
	return err
}

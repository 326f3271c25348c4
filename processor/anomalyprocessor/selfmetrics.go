package anomalyprocessor

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/detector"
)

// reasonSets are the attributes of skipped points, made once.
var reasonSets = func() (sets [skipReasons]metric.MeasurementOption) {
	for i := range sets {
		reason := detector.Skip(i).String()
		switch i {
		case skipExcluded:
			reason = "excluded"
		case skipOwn:
			reason = "own"
		}
		sets[i] = metric.WithAttributeSet(attribute.NewSet(attribute.String("reason", reason)))
	}
	return sets
}()

func (e *engine) countPoints(ctx context.Context, scored int64, skipped *[skipReasons]int64) {
	if scored > 0 {
		e.telemetry.ProcessorAnomalyPointsScored.Add(ctx, scored)
	}
	for i, n := range skipped {
		if n > 0 {
			e.telemetry.ProcessorAnomalyPointsSkipped.Add(ctx, n, reasonSets[i])
		}
	}
}

func (e *engine) countSnapshot(ctx context.Context, outcome string) {
	e.telemetry.ProcessorAnomalySnapshots.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome)))
}

// observeItself registers what is read off the store when asked.
func (e *engine) observeItself() error {
	stats := func(read func(detector.Stats) int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			e.mu.Lock()
			s := e.store.Stats()
			e.mu.Unlock()
			o.Observe(read(s))
			return nil
		}
	}
	own := func(read func(*budget) float64) metric.Float64Callback {
		return func(_ context.Context, o metric.Float64Observer) error {
			e.mu.Lock()
			v := read(&e.budget)
			e.mu.Unlock()
			o.Observe(v)
			return nil
		}
	}
	held := func(_ context.Context, o metric.Int64Observer) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		n := 0
		for _, p := range e.users {
			n += p.held.len()
		}
		o.Observe(int64(n))
		return nil
	}
	t := e.telemetry
	return errors.Join(
		t.RegisterProcessorAnomalyChanceCallback(own(func(b *budget) float64 { return b.chance })),
		t.RegisterProcessorAnomalyOpenedByChanceCallback(own(func(b *budget) float64 { return b.byChance })),
		t.RegisterProcessorAnomalyOpenedCallback(stats(func(s detector.Stats) int64 { return int64(s.Opened) })),
		t.RegisterProcessorAnomalyActiveCallback(stats(func(s detector.Stats) int64 { return int64(s.Open) })),
		t.RegisterProcessorAnomalyRestartsCallback(stats(func(s detector.Stats) int64 { return int64(s.Restarts) })),
		t.RegisterProcessorAnomalySeriesCallback(stats(func(s detector.Stats) int64 { return int64(s.Series) })),
		t.RegisterProcessorAnomalySeriesExpiredCallback(stats(func(s detector.Stats) int64 { return int64(s.Expired) })),
		t.RegisterProcessorAnomalySeriesLearningCallback(stats(func(s detector.Stats) int64 { return int64(s.Learning) })),
		t.RegisterProcessorAnomalySeriesLimitCallback(stats(func(detector.Stats) int64 { return int64(e.config.MaxSeries) })),
		t.RegisterProcessorAnomalySeriesRefusedCallback(stats(func(s detector.Stats) int64 { return int64(s.Refused) })),
		t.RegisterProcessorAnomalyTransitionsHeldCallback(held),
	)
}

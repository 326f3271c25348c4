package anomalyprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelheal/otelheal/internal/shared"
	"github.com/otelheal/otelheal/processor/anomalyprocessor/internal/metadata"
)

// NewFactory returns the factory of the anomaly processor.
func NewFactory() processor.Factory {
	f := &factory{}
	return processor.NewFactory(
		metadata.Type,
		createDefaultConfig,
		processor.WithMetrics(f.createMetrics, metadata.MetricsStability),
	)
}

// factory holds the running engines, so that two collectors in one process share none.
type factory struct {
	engines shared.Registry[*Config, *engine]
}

func (f *factory) createMetrics(
	_ context.Context, set processor.Settings, cfg component.Config, next consumer.Metrics,
) (processor.Metrics, error) {
	return &anomalyProcessor{
		engines: &f.engines,
		config:  cfg.(*Config),
		set:     set,
		next:    next,
		now:     time.Now,
	}, nil
}

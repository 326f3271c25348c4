package bench

import (
	"context"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/servicegraphconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbytraceprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/connector/rcaconnector"
)

// candidate is a component that takes spans.
type candidate struct {
	name string
	make func() (taker, error)
}

// taker is what all of them are.
type taker interface {
	component.Component
	consumer.Traces
}

// held is how long the windows of those that keep whole traces are: the same
// for all, so that bytes per held span compare.
const held = 15 * time.Second

// candidates are ours first, then its peers.
func candidates() []candidate {
	return []candidate{
		{"rca", func() (taker, error) {
			f := rcaconnector.NewFactory()
			cfg := f.CreateDefaultConfig().(*rcaconnector.Config)
			cfg.MaxMemoryMiB = 1024
			return f.CreateTracesToLogs(context.Background(), settings(f), cfg, consumertest.NewNop())
		}},
		{"spanmetrics", func() (taker, error) {
			f := spanmetricsconnector.NewFactory()
			return f.CreateTracesToMetrics(context.Background(), settings(f), f.CreateDefaultConfig(), consumertest.NewNop())
		}},
		{"servicegraph", func() (taker, error) {
			f := servicegraphconnector.NewFactory()
			return f.CreateTracesToMetrics(context.Background(), settings(f), f.CreateDefaultConfig(), consumertest.NewNop())
		}},
		{"groupbytrace", func() (taker, error) {
			f := groupbytraceprocessor.NewFactory()
			cfg := f.CreateDefaultConfig().(*groupbytraceprocessor.Config)
			cfg.WaitDuration, cfg.NumTraces = held, 1_000_000
			return f.CreateTraces(context.Background(), processortest.NewNopSettings(f.Type()), cfg, consumertest.NewNop())
		}},
	}
}

func settings(f connector.Factory) connector.Settings { return connectortest.NewNopSettings(f.Type()) }

// start makes and starts the candidate.
func (c candidate) start() (taker, error) {
	t, err := c.make()
	if err != nil {
		return nil, err
	}
	return t, t.Start(context.Background(), componenttest.NewNopHost())
}

package anomalyprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelheal/otelheal/internal/shared"
)

// anomalyProcessor is the instance in one pipeline. All of one component id
// share an engine, from the first Start to the last Shutdown.
type anomalyProcessor struct {
	engines *shared.Registry[*Config, *engine]
	config  *Config
	set     processor.Settings
	next    consumer.Metrics
	now     func() time.Time // becomes the engine's clock

	engine  *engine // nil before Start
	held    transitions
	stopped bool // Start and Shutdown are not called at once
}

// Capabilities says that batches are only read.
func (p *anomalyProcessor) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// Start takes a share in the engine.
func (p *anomalyProcessor) Start(ctx context.Context, host component.Host) error {
	e, err := p.engines.Acquire(p.config, func() (*engine, error) {
		return startEngine(ctx, host, p)
	})
	if err != nil {
		return err
	}
	p.engine = e
	e.join(p)
	return nil
}

// Shutdown gives the share back. It works twice and without Start.
func (p *anomalyProcessor) Shutdown(ctx context.Context) error {
	if p.engine == nil || p.stopped {
		return nil
	}
	p.stopped = true
	p.engine.leave(p)
	return p.engines.Release(ctx, p.config)
}

// ConsumeMetrics judges the batch, passes it on untouched, and sends scores
// after it. The batch is judged first since it belongs to the next consumer
// afterwards; if that refuses it and the sender repeats it, the detector knows
// its points already.
func (p *anomalyProcessor) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	scores, some := p.engine.observe(ctx, md, p)
	err := p.next.ConsumeMetrics(ctx, md)
	if !some {
		if p.held.len() == 0 {
			return err
		}
		scores = pmetric.NewMetrics()
	}
	p.send(ctx, scores)
	return err
}

// send hands scores to the next consumer. A refusal is not the sender's affair:
// ends are held for the next call, live scores come again with the next points.
func (p *anomalyProcessor) send(ctx context.Context, scores pmetric.Metrics) {
	p.held.addTo(scores)
	n := scores.DataPointCount()
	if n == 0 {
		return
	}
	keep := transitionsOf(scores, p.config.Emit)
	if err := p.next.ConsumeMetrics(ctx, scores); err != nil {
		tel := p.engine.telemetry
		tel.ProcessorAnomalyScoreFailures.Add(ctx, 1)
		tel.ProcessorAnomalyTransitionsDropped.Add(ctx, int64(p.held.put(keep)))
		return
	}
	p.engine.telemetry.ProcessorAnomalyScores.Add(ctx, int64(n))
}

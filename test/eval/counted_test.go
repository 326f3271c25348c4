package eval

import (
	"context"
	"math/rand"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/servicegraphconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
)

// counters takes the shop's spans into contrib's connectors, whose metrics are all
// that rca gets.
type counters struct {
	list []connector.Traces
}

func (c *counters) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (c *counters) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	for _, to := range c.list {
		if err := to.ConsumeTraces(ctx, td); err != nil {
			return err
		}
	}
	return nil
}

// countOnly puts contrib's connectors in front of rca, instead of spans.
func countOnly(t *testing.T, r *shopRig, which ...string) {
	c := &counters{}
	start := func(f connector.Factory, conf map[string]any) {
		cfg := f.CreateDefaultConfig()
		require.NoError(t, confmap.NewFromStringMap(conf).Unmarshal(cfg))
		to, err := f.CreateTracesToMetrics(t.Context(), connectortest.NewNopSettings(f.Type()), cfg, r.metrics)
		require.NoError(t, err)
		require.NoError(t, to.Start(t.Context(), componenttest.NewNopHost()))
		c.list = append(c.list, to)
		r.parts = append(r.parts, component.Component(to))
	}
	for _, name := range which {
		switch name {
		case "servicegraph":
			start(servicegraphconnector.NewFactory(), map[string]any{
				"metrics_flush_interval": "5s", "dimensions": []any{"service.namespace"},
				"virtual_node_peer_attributes": []any{"server.address"}, "store": map[string]any{"ttl": "2s", "max_items": 100000},
			})
		case "spanmetrics":
			start(spanmetricsconnector.NewFactory(), map[string]any{"metrics_flush_interval": "5s"})
		}
	}
	r.traces = c
}

// Users who send no traces have the service graph's series, or those of spans by
// service, or both.
func TestCountsOfCallsAlone(t *testing.T) {
	both := []string{"servicegraph", "spanmetrics"}
	slow := func(c *shopCase) {
		for _, p := range c.Programs[c.service] {
			p.Slower = 400 * time.Millisecond
		}
	}
	fail := func(c *shopCase) {
		for _, p := range c.Programs[c.service] {
			p.Failing = 0.5
		}
	}
	for _, x := range []struct {
		name    string
		of      []string
		service string
		kind    event.Kind
		inject  func(c *shopCase)
	}{
		{"errors", both, "payment", event.KindErrors, fail},
		{"errors", both, "cart", event.KindErrors, fail},
		{"errors", both, "frontend", event.KindErrors, fail},
		{"errors", both, "checkout", event.KindErrors, fail},
		{"slow code", both, "inventory", event.KindSlow, slow},
		{"slow code", both, "checkout", event.KindSlow, slow},
		{"slow code", both, "catalogue", event.KindSlow, slow},
		{"slow code", both, "frontend", event.KindSlow, slow},
		{"slow database", both, "db.example:443", event.KindDependency, func(c *shopCase) { c.DBSlower = 400 * time.Millisecond }},
		{"third party down", both, "bank.example:443", event.KindDependency, func(c *shopCase) { c.BankDown = true }},
		{"errors", []string{"servicegraph"}, "payment", event.KindErrors, fail},
		{"slow code", []string{"servicegraph"}, "cart", event.KindSlow, slow},
		{"errors", []string{"spanmetrics"}, "payment", event.KindErrors, fail},
		{"errors", []string{"spanmetrics"}, "catalogue", event.KindErrors, fail},
	} {
		name := x.name + " of " + x.service
		for _, of := range x.of {
			name += ", " + of
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 1, 25, 12, 0, 0, 0, time.UTC))) // the shop opens
				rig := startShop(t, 3)
				defer rig.stop()
				countOnly(t, rig, x.of...)
				rig.real = true
				c := &shopCase{shopRig: rig, service: x.service, rnd: rand.New(rand.NewSource(3))}
				c.Noise, c.Rate = 0.01, 20
				c.Run(120 * time.Second)
				require.Empty(t, c.incidents, "all is well")
				x.inject(c)
				c.Run(30 * time.Second)
				require.NotEmpty(t, c.incidents)
				last := c.incidents[len(c.incidents)-1]
				for _, i := range c.incidents { // without edges, every service that hurts is an incident
					if x.of[0] == "spanmetrics" && i.Confidence > last.Confidence {
						last = i
					}
				}
				t.Log(last.Summary, last.Cause.Why)
				assert.Equal(t, x.kind, last.Cause.Kind)
				assert.Equal(t, x.service, last.Cause.Target.Entity.Service)
				assert.NotEmpty(t, last.Evidence)
			})
		})
	}
}

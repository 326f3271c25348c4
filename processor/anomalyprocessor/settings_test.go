package anomalyprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/detector"
)

func TestSettingsAreThoseThatThePlanHas(t *testing.T) {
	t.Parallel()
	c := createDefaultConfig().(*Config)
	six := 6.0
	c.Include, c.Exclude = []string{"app.*"}, []string{"*.debug"}
	c.Overrides = []OverrideConfig{{Metrics: []string{"app.memory*"}, Threshold: &six}}
	p := newPlans(c)
	for _, metric := range []string{"app.cpu", "app.memory.used", "app.debug", "host.cpu"} {
		m, judged := c.Settings(metric)
		plan := p.of(metric).plan
		assert.Equal(t, plan.skip, !judged, metric)
		if judged {
			assert.Equal(t, detector.Watch{Model: plan.value}, m.Watch(plan.value.Chance), metric)
		}
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	c := createDefaultConfig().(*Config)
	assert.Equal(t, laxest, c.Share(1))
	assert.Equal(t, strictest, c.Share(1e6))
	m := c.Model
	assert.Equal(t, 5e-5, m.Watch(5e-5).Model.Chance)
	m.Chance = 1e-3
	assert.Equal(t, 1e-3, m.Watch(5e-5).Model.Chance, "what a user sets is not shared out")
}

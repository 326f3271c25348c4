package anomalyprocessor

import "github.com/otelheal/otelheal/detector"

// Settings are those of the first override that matches the metric, else the
// general ones; false if the metric is not judged. Tools that replay series ask
// for them, so that a file is judged as the processor would.
func (c *Config) Settings(metric string) (ModelConfig, bool) {
	if matches(compileAll(c.Exclude), metric) || len(c.Include) > 0 && !matches(compileAll(c.Include), metric) {
		return ModelConfig{}, false
	}
	for i := range c.Overrides {
		if matches(compileAll(c.Overrides[i].Metrics), metric) {
			return c.Overrides[i].apply(c.Model), true
		}
	}
	return c.Model, true
}

// Share is the chance per value that a processor gives to its series when it gets
// so many values a second.
func (c *Config) Share(valuesPerSecond float64) float64 {
	b := budget{incidents: c.FalseIncidentsPerWeek, rate: valuesPerSecond}
	return b.look(0, 0, 0)
}

// Watch judges one series with these settings; share is its chance per value if
// they set none.
func (m *ModelConfig) Watch(share float64) detector.Watch {
	model := m.ewma()
	if model.Chance == 0 {
		model.Chance = share
	}
	return detector.Watch{Model: model}
}

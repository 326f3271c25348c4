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

// Watch judges one series with these settings.
func (m *ModelConfig) Watch() detector.Watch {
	return detector.Watch{Model: m.ewma()}
}

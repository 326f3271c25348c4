package observeconverter

import (
	"context"

	"go.opentelemetry.io/collector/confmap"
)

// NewFactory returns the factory of the converter.
func NewFactory() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(confmap.ConverterSettings) confmap.Converter { return converter{} })
}

type converter struct{}

const pipelinesKey = "service::pipelines"

// Convert implements confmap.Converter.
func (converter) Convert(_ context.Context, conf *confmap.Conf) error {
	raw, ok := conf.Get(pipelinesKey).(map[string]any)
	if !ok {
		return nil // nothing there, or nothing that unmarshalling would not report better
	}
	receivers, removed := expand(readPipelines(raw))
	if len(receivers)+len(removed) == 0 {
		return nil
	}
	for id, list := range receivers {
		raw[id].(map[string]any)["receivers"] = list
	}
	for _, id := range removed {
		delete(raw, id)
	}
	// A merge cannot remove a key, so the old map goes first.
	conf.Delete(pipelinesKey)
	return conf.Merge(confmap.NewFromStringMap(map[string]any{"service": map[string]any{"pipelines": raw}}))
}

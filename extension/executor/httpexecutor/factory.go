package httpexecutor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelheal/otelheal/extension/executor/httpexecutor/internal/metadata"
)

// NewFactory makes the factory of the http_executor extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return newHTTPExecutor(set, cfg.(*Config)), nil
}

package commandexecutor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelheal/otelheal/extension/executor/commandexecutor/internal/metadata"
)

// NewFactory makes the factory of the command_executor extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return newCommandExecutor(set, cfg.(*Config)), nil
}

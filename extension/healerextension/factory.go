package healerextension

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/confignet"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
	"github.com/otelheal/otelheal/healing"
)

// NewFactory of the healer.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func createDefaultConfig() component.Config {
	return &Config{
		Journal:      JournalConfig{Keep: 1000, MaxOutbox: 10_000},
		Guardrails:   GuardrailsConfig(healing.NewDefaultLimits()),
		Coordination: CoordinationSingle,
		HTTP:         configoptional.Default(defaultHTTP()),
		Silences: configoptional.Default(SilencesConfig{
			Client:   confighttp.NewDefaultClientConfig(),
			Interval: 10 * time.Second,
		}),
	}
}

// defaultHTTP bounds what a client may cost: an action has 256 KiB at most, and
// nobody needs more than some seconds to send one.
func defaultHTTP() HTTPConfig {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr = confignet.NewDefaultAddrConfig()
	server.NetAddr.Transport = confignet.TransportTypeTCP
	server.NetAddr.Endpoint = "127.0.0.1:8085"
	server.MaxRequestBodySize = 1 << 20
	server.CompressionAlgorithms = []string{"", "gzip"}
	server.ReadTimeout = 10 * time.Second
	return HTTPConfig{Server: server}
}

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return newHealer(set, cfg.(*Config)), nil
}

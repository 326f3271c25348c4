package recoveryexporter

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelheal/otelheal/exporter/recoveryexporter/internal/metadata"
)

// NewFactory makes the factory of the recovery exporter.
func NewFactory() exporter.Factory {
	return exporter.NewFactory(
		metadata.Type,
		createDefaultConfig,
		exporter.WithLogs(createLogs, metadata.LogsStability),
	)
}

func createDefaultConfig() component.Config {
	queue := exporterhelper.NewDefaultQueueConfig()
	// With one consumer at most one action is in doubt when the process is
	// killed, and revisions of an incident stay in order.
	queue.NumConsumers = 1

	retry := configretry.NewDefaultBackOffConfig()
	// An action is worth seconds: a second try after 5 s, the usual default,
	// would spend all the time there is to act.
	retry.InitialInterval = 200 * time.Millisecond
	retry.MaxInterval = 5 * time.Second
	retry.MaxElapsedTime = 0 // what ends the retries is the action's own end

	return &Config{
		Timeout: exporterhelper.NewDefaultTimeoutConfig(),
		Queue:   configoptional.Some(queue),
		Retry:   retry,
		HTTP: configoptional.Default(HTTPConfig{
			Client:   confighttp.NewDefaultClientConfig(),
			Template: configoptional.Default(TemplateConfig{ContentType: "application/json", When: WhenAct}),
		}),
		Unmatched: UnmatchedPage,
		Breaker: BreakerConfig{
			ErrorPercent: 50,
			MinRequests:  20,
			Window:       10 * time.Second,
			OpenFor:      5 * time.Second,
		},
	}
}

func createLogs(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
	r, err := newRecovery(cfg.(*Config), set)
	if err != nil {
		return nil, err
	}
	return newGate(ctx, r)
}

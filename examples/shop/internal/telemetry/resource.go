package telemetry

import (
	"context"
	"os"
	"time"

	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
)

// scope names our own instrumentation.
const scope = "github.com/otelheal/otelheal/examples/shop"

func newResource(ctx context.Context, o Options) (*resource.Resource, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return resource.New(ctx,
		resource.WithSchemaURL(semconv.SchemaURL),
		resource.WithTelemetrySDK(),
		resource.WithAttributes(
			semconv.ServiceName(o.Service),
			semconv.ServiceNamespace(o.Namespace),
			semconv.ServiceInstanceID(o.Instance),
			semconv.ServiceVersion(o.Version),
			semconv.HostName(host),
			semconv.ProcessPID(os.Getpid()),
			semconv.ProcessCreationTime(createdAt().UTC().Format("2006-01-02T15:04:05.000Z07:00")),
			semconv.ProcessRuntimeName("go"),
		))
}

// programStart is the next best thing where the kernel does not tell when a process was created.
var programStart = time.Now()

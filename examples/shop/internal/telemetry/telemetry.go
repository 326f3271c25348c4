// Package telemetry gives a process of the shop its three signals, all by the OpenTelemetry SDK and all sent as OTLP over
// HTTP in protobuf: spans in batches of at most half a second, metrics each second, log records in batches of half a second.
//
// While the receiver is away the SDK's own retry holds a batch for up to a minute, and its bounded queues fill behind it;
// what does not fit is dropped by the SDK. Nothing here can make a request wait.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/instrumentation/runtime"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

const (
	batchTimeout   = 400 * time.Millisecond
	metricInterval = time.Second
	requestTimeout = 2 * time.Second
	queueSize      = 8192
	batchSize      = 512

	retryInitial = 200 * time.Millisecond
	retryMax     = 2 * time.Second
	retryElapsed = time.Minute
)

// Options say who exports, and where to.
type Options struct {
	Endpoint  string // base URL of the receiver
	Service   string // service.name
	Namespace string // service.namespace
	Instance  string // service.instance.id
	Version   string // service.version
}

// Telemetry is what a process has to shut down, and its logger.
type Telemetry struct {
	Log *slog.Logger

	stops []func(context.Context) error
}

// Start builds the providers and makes them the global ones.
func Start(ctx context.Context, o Options) (*Telemetry, error) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		fmt.Fprintln(os.Stderr, "telemetry:", err)
	}))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	res, err := newResource(ctx, o)
	if err != nil {
		return nil, err
	}
	t := &Telemetry{}
	return t, errors.Join(t.startTraces(ctx, o, res), t.startMetrics(ctx, o, res), t.startLogs(ctx, o, res))
}

func (t *Telemetry) startTraces(ctx context.Context, o Options, res *resource.Resource) error {
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(o.Endpoint+"/v1/traces"),
		otlptracehttp.WithHTTPClient(newClient()),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: retryInitial, MaxInterval: retryMax, MaxElapsedTime: retryElapsed,
		}))
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithBatcher(exporter,
		sdktrace.WithBatchTimeout(batchTimeout), sdktrace.WithMaxQueueSize(queueSize),
		sdktrace.WithMaxExportBatchSize(batchSize), sdktrace.WithExportTimeout(retryElapsed)))
	otel.SetTracerProvider(provider)
	t.stops = append(t.stops, provider.Shutdown)
	return nil
}

func (t *Telemetry) startMetrics(ctx context.Context, o Options, res *resource.Resource) error {
	exporter, err := otlpmetrichttp.New(ctx,
		otlpmetrichttp.WithEndpointURL(o.Endpoint+"/v1/metrics"),
		otlpmetrichttp.WithHTTPClient(newClient()),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{
			Enabled: true, InitialInterval: retryInitial, MaxInterval: retryMax, MaxElapsedTime: retryElapsed,
		}))
	if err != nil {
		return err
	}
	// Metrics are cumulative, so a point that could not be sent is made good by the next one: one interval's patience is enough.
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithResource(res), sdkmetric.WithReader(
		sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithInterval(metricInterval), sdkmetric.WithTimeout(2*metricInterval))))
	otel.SetMeterProvider(provider)
	t.stops = append(t.stops, provider.Shutdown)
	return errors.Join(observeProcess(provider), runtime.Start(runtime.WithMinimumReadMemStatsInterval(metricInterval)))
}

func (t *Telemetry) startLogs(ctx context.Context, o Options, res *resource.Resource) error {
	exporter, err := otlploghttp.New(ctx,
		otlploghttp.WithEndpointURL(o.Endpoint+"/v1/logs"),
		otlploghttp.WithHTTPClient(newClient()),
		otlploghttp.WithRetry(otlploghttp.RetryConfig{
			Enabled: true, InitialInterval: retryInitial, MaxInterval: retryMax, MaxElapsedTime: retryElapsed,
		}))
	if err != nil {
		return err
	}
	provider := sdklog.NewLoggerProvider(sdklog.WithResource(res), sdklog.WithProcessor(
		sdklog.NewBatchProcessor(exporter, sdklog.WithExportInterval(batchTimeout), sdklog.WithMaxQueueSize(queueSize),
			sdklog.WithExportMaxBatchSize(batchSize), sdklog.WithExportTimeout(retryElapsed))))
	t.Log = otelslog.NewLogger(scope, otelslog.WithLoggerProvider(provider))
	t.stops = append(t.stops, provider.Shutdown)
	return nil
}

// Stop sends what is still there and stops all signals at once, within the deadline of ctx.
func (t *Telemetry) Stop(ctx context.Context) error {
	results := make(chan error, len(t.stops))
	for _, stop := range t.stops {
		go func() { results <- stop(ctx) }()
	}
	var errs []error
	for range t.stops {
		errs = append(errs, <-results)
	}
	return errors.Join(errs...)
}

package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/otelcol"
)

// dyingType is an extension that reports a fatal status once it runs.
var dyingType = component.MustNewType("dying")

type dying struct {
	host     component.Host
	reported chan struct{}
}

func (d *dying) Start(_ context.Context, host component.Host) error {
	d.host = host
	return nil
}

// Ready implements extensioncapabilities.PipelineWatcher. A fatal status is
// only taken once the collector runs: earlier the report blocks the start.
func (d *dying) Ready() error {
	go func() {
		defer close(d.reported)
		componentstatus.ReportStatus(d.host, componentstatus.NewFatalErrorEvent(errors.New("disk on fire")))
	}()
	return nil
}

func (d *dying) NotReady() error { return nil }

func (d *dying) Shutdown(context.Context) error {
	<-d.reported
	return nil
}

// withDying are the factories of the distribution, and the dying extension.
func withDying() (otelcol.Factories, error) {
	factories, err := components()
	if err != nil {
		return factories, err
	}
	factories.Extensions[dyingType] = extension.NewFactory(dyingType,
		func() component.Config { return &struct{}{} },
		func(context.Context, extension.Settings, component.Config) (extension.Extension, error) {
			return &dying{reported: make(chan struct{})}, nil
		}, component.StabilityLevelDevelopment)
	return factories, nil
}

const minimal = `yaml:
receivers: {otlp: {protocols: {grpc: {endpoint: 127.0.0.1:0}}}}
exporters: {nop: {}}
service:
  telemetry: {metrics: {level: none}, logs: {level: error}}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
`

func TestFatalStatusIsAFailure(t *testing.T) {
	set := settings()
	set.Factories = withDying
	cmd := newCommand(set)
	cmd.SetArgs([]string{
		"--config", minimal,
		"--config", "yaml:extensions: {dying: {}}",
		"--config", "yaml:service::extensions: [dying]",
	})
	cmd.SilenceErrors = true
	require.ErrorIs(t, cmd.ExecuteContext(t.Context()), errUnasked)
}

func TestEndOnRequestIsNone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the collector starts in full before it looks at the context
	cmd := newCommand(settings())
	cmd.SetArgs([]string{"--config", minimal})
	require.NoError(t, cmd.ExecuteContext(ctx))
}

func TestOwnErrorIsKept(t *testing.T) {
	cmd := newCommand(settings())
	cmd.SetArgs([]string{"--config", "yaml:receivers: {nosuch: {}}"})
	cmd.SilenceErrors = true
	err := cmd.ExecuteContext(t.Context())
	require.Error(t, err)
	assert.NotErrorIs(t, err, errUnasked)
}

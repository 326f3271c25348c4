package e2e

import (
	"errors"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/test/harness"
)

func TestComponentsListsOurs(t *testing.T) {
	out, err := harness.Run(t, "components")
	require.NoError(t, err, out)
	for _, name := range []string{
		"anomaly", "rca", "recovery", "healer", "process_executor", "http_executor", "command_executor", "otelheal",
	} {
		assert.Contains(t, out, "- name: "+name+"\n      module: github.com/otelheal/otelheal ")
	}
}

const plain = `
receivers: {otlp: {protocols: {grpc: {endpoint: GRPC}}}}
exporters: {nop: {}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}
`

func TestStopsWithZeroWhenAsked(t *testing.T) {
	config := harness.Config(t, plain, "GRPC", harness.Ports(t, 1)[0])
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		col := harness.Start(t, config, quiet)
		col.Signal(s)
		assert.NoError(t, col.Wait(), s.String())
	}
}

func TestReloadKeepsTheProcess(t *testing.T) {
	address := harness.Ports(t, 1)[0]
	col := harness.Start(t, harness.Config(t, plain, "GRPC", address), quiet)
	// The collector listens to SIGHUP a moment after it says that it is ready.
	require.NoError(t, harness.Dial(t, address).Traces(t.Context(), ptrace.NewTraces()))
	col.Signal(syscall.SIGHUP)
	col.WaitLog("Config updated, restart service")
	assert.NoError(t, col.Stop())
}

func TestBusyPortIsAFailure(t *testing.T) {
	config := harness.Config(t, plain, "GRPC", harness.Ports(t, 1)[0])
	harness.Start(t, config, quiet)
	second := harness.Launch(t, nil, config, quiet)
	var exit *exec.ExitError
	require.True(t, errors.As(second.Wait(), &exit))
	assert.NotZero(t, exit.ExitCode())
	assert.Contains(t, second.Log(), "address already in use")
}

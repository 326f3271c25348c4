package processexecutor

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/metadatatest"
	"github.com/otelheal/otelheal/healing"
)

type reports struct {
	mu     sync.Mutex
	states []event.AgentState
}

func (r *reports) add(rep healing.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rep.State != nil {
		r.states = append(r.states, *rep.State)
	}
}

func (r *reports) last() event.AgentState {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.states) == 0 {
		return event.AgentState{}
	}
	return r.states[len(r.states)-1]
}

func TestExtensionSupervisesReportsAndLeavesRunning(t *testing.T) {
	cfg := load(t, `
state_directory: `+filepath.Join(t.TempDir(), "state")+`
host: here
programs:
  - {service: pay, command: [/bin/sleep, "1000"], instances: [{id: pay-1}], agent: true}
`)
	tel := componenttest.NewTelemetry()
	set := extensiontest.NewNopSettings(metadata.Type)
	set.ID = component.MustNewIDWithName("process_executor", "shop")
	set.TelemetrySettings = tel.NewTelemetrySettings()
	e := newProcessExecutor(set, cfg)
	assert.Equal(t, healing.EffectNone, e.Execute(t.Context(), healing.Order{}).Effect)
	_, err := e.Inventory(t.Context())
	require.Error(t, err)

	var got reports
	cancel := e.Subscribe(got.add)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	require.Eventually(t, func() bool { s := got.last(); return s.Status == event.AgentHealthy && !s.Planned }, 5*time.Second, 5*time.Millisecond)
	state := got.last()
	require.NoError(t, state.Validate())
	assert.Equal(t, event.Entity{Service: "pay", Instance: "pay-1", Host: "here"}, state.Entity)
	assert.Equal(t, "process_executor/shop", state.Source)
	assert.True(t, state.Agent)
	pid, err := strconv.Atoi(strings.Split(string(state.Incarnation), "@")[0])
	require.NoError(t, err)
	metadatatest.AssertEqualExtensionProcessExecutorStarts(t, tel, []metricdata.DataPoint[int64]{{Value: 1}}, metricdatatest.IgnoreTimestamp())

	cancel()
	require.NoError(t, e.Shutdown(t.Context()))
	require.NoError(t, e.Shutdown(t.Context()))
	require.NoError(t, syscall.Kill(pid, 0), "it outlives the extension")

	e = newProcessExecutor(set, cfg)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	var late reports
	cancel = e.Subscribe(late.add)
	defer cancel()
	require.Eventually(t, func() bool { return late.last().Status == event.AgentHealthy }, 5*time.Second, 5*time.Millisecond)
	assert.Equal(t, state.Incarnation, late.last().Incarnation)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL)) // ends what this test started
	require.Eventually(t, func() bool { return late.last().Status == event.AgentExited }, 5*time.Second, 5*time.Millisecond)
	require.NoError(t, e.Shutdown(context.Background()))
	require.NoError(t, tel.Shutdown(context.Background()))
}

package healerextension

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

func TestReportsReachTheReceiver(t *testing.T) {
	e := newFakeExecutor()
	h, _ := started(t, newConfig(t), e)
	state := event.AgentState{Entity: target("payment-1").Entity, Status: event.AgentStarting, Source: "x"}
	e.report(healing.Report{State: &state})
	state.Status = event.AgentHealthy
	e.report(healing.Report{State: &state})
	e.report(healing.Report{Change: &event.Change{Entity: state.Entity, Kind: event.ChangeRelease, To: "v2"}})
	b, err := h.Pull(t.Context())
	require.NoError(t, err)
	require.Len(t, b.States, 1, "the newest of each unit counts")
	assert.Equal(t, event.AgentHealthy, b.States[0].Status)
	require.Len(t, b.Changes, 1)
	require.NoError(t, h.Ack(t.Context(), b))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.Pull(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestOutcomesAreGivenUntilAcknowledged(t *testing.T) {
	cfg, e := newConfig(t), newFakeExecutor()
	h, _ := started(t, cfg, e)
	a := newAction("i1", "payment-2")
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateVerifying)
	b, err := h.Pull(t.Context())
	require.NoError(t, err)
	require.Len(t, b.Outcomes, 2)
	require.NoError(t, h.Shutdown(t.Context()))

	h, _ = started(t, cfg, e)
	again, err := h.Pull(t.Context())
	require.NoError(t, err)
	assert.Equal(t, len(b.Outcomes), len(again.Outcomes), "nobody acknowledged them")
	require.NoError(t, h.Ack(t.Context(), again))
	require.NoError(t, h.Shutdown(t.Context()))

	h, _ = started(t, cfg, e)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b, err = h.Pull(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, b.Empty())
}

func TestPullEndsWithTheHealer(t *testing.T) {
	h, _ := started(t, newConfig(t), newFakeExecutor())
	ended := make(chan error)
	go func() { _, err := h.Pull(context.Background()); ended <- err }()
	require.NoError(t, h.Shutdown(t.Context()))
	require.Error(t, <-ended)
}

func TestChangesAreBounded(t *testing.T) {
	var b inbox
	b.open()
	for range maxChanges + 5 {
		b.report(healing.Report{Change: &event.Change{}})
	}
	assert.Len(t, b.changes, maxChanges)
	assert.Equal(t, 5, b.dropped)
}

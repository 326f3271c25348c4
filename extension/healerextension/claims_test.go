package healerextension

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
)

// fakeClaims is a shared store that does not answer.
type fakeClaims struct{}

func (fakeClaims) Claim(context.Context, string) (uint64, error) {
	return 0, errors.New("the store does not answer")
}

func TestWithoutAClaimNothingIsDone(t *testing.T) {
	e, a := newFakeExecutor(), newAction("i1", "payment-2")
	h := newHealer(extensiontest.NewNopSettings(metadata.Type), newConfig(t))
	h.claims, h.tick = fakeClaims{}, tickInterval/40
	require.NoError(t, h.Start(t.Context(), &fakeHost{extensions: map[component.ID]component.Component{executorID: e}}))
	require.NoError(t, h.Ready())
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateRefused)
	orders, _, _ := e.counts()
	assert.Zero(t, orders, "a store that does not answer is no consent")
	require.NoError(t, h.Shutdown(t.Context()))
}

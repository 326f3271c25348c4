package healerextension

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
	"github.com/otelheal/otelheal/healing"
)

func TestNeverTouchesItself(t *testing.T) {
	e, a := newFakeExecutor(), newAction("i1", "payment-2")
	set := extensiontest.NewNopSettings(metadata.Type)
	set.Resource.Attributes().PutStr("service.name", a.Target.Entity.Service)
	h := newHealer(set, newConfig(t))
	require.NoError(t, h.Start(t.Context(), &fakeHost{extensions: map[component.ID]component.Component{executorID: e}}))
	require.NoError(t, h.Ready())
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateRefused)
	assert.Equal(t, healing.ReasonDenied, h.recordOf(a.ID).Reason)
	orders, _, _ := e.counts()
	assert.Zero(t, orders)
	require.NoError(t, h.Shutdown(t.Context()))
}

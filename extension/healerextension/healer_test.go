package healerextension

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
)

func TestStartsReadiesAndStops(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Journal.Path = filepath.Join(t.TempDir(), "state", "healer.db")
	ext, err := NewFactory().Create(t.Context(), extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Shutdown(t.Context())) // before Start
	require.NoError(t, ext.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, ext.(*healer).Ready())
	require.NoError(t, ext.Shutdown(t.Context()))
	require.NoError(t, ext.Shutdown(t.Context()))
}

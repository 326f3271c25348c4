package release

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWriteAndRead(t *testing.T) {
	t.Parallel()
	for _, good := range []bool{true, false} {
		dir := filepath.Join(t.TempDir(), "v2")
		require.NoError(t, Write(dir, "v2", good))
		r, err := Read(dir)
		require.NoError(t, err)
		assert.Equal(t, "v2", r.Version)
		assert.Equal(t, good, len(r.Settings.Currencies) == len(Builtin().Settings.Currencies))
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`{"settings":{"page_size":8}}`: "`version` must not be empty",
		`{"version":"v3"}`:             "`settings.page_size` must be positive, found 0",
		`{`:                            "unexpected end",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o600))
		_, err := Read(dir)
		assert.ErrorContains(t, err, want)
	}
}

package durable

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDocumentIsReplacedWholeAndPrivate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	var got map[string]int
	known, err := Read(path, &got)
	require.NoError(t, err)
	assert.False(t, known)
	for i := range 2 {
		require.NoError(t, Write(path, map[string]int{"n": i}))
	}
	known, err = Read(path, &got)
	require.NoError(t, err)
	assert.True(t, known)
	assert.Equal(t, 1, got["n"])
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.Error(t, Write(path, func() {}))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".a.json-123"), nil, 0o600)) // a Write that was cut off
	Sweep(dir)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1)

	require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err = Read(path, &got)
	require.ErrorContains(t, err, path)
}

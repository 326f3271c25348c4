package jsonl

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type item struct{ N int }

func TestFollowerReadsWholeLinesOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	f := Follow[item](path)
	got, err := f.Next()
	require.NoError(t, err)
	assert.Empty(t, got, "the file is not there yet")

	add(t, path, `{"N":1}`+"\n"+`{"N":`)
	got, err = f.Next()
	require.NoError(t, err)
	assert.Equal(t, []item{{1}}, got)

	add(t, path, `2}`+"\n\n")
	got, err = f.Next()
	require.NoError(t, err)
	assert.Equal(t, []item{{2}}, got)

	got, err = f.Next()
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestFollowerNamesTheBrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	add(t, path, "no json\n")
	_, err := Follow[item](path).Next()
	assert.ErrorContains(t, err, path)
}

func add(t *testing.T, path, text string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.WriteString(text)
	require.NoError(t, err)
}

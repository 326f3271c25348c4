package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The committed schema is the one of the types as they are.
func TestSchemaIsGenerated(t *testing.T) {
	comments, err := readComments("../../../event/*.go")
	require.NoError(t, err)
	want, err := build(comments)
	require.NoError(t, err)
	committed, err := os.ReadFile("../../../docs/schema/action.schema.json")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(committed), "docs/schema/action.schema.json is stale: run make generate")
}

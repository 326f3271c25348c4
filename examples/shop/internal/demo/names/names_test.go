package names

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWordsAreValid(t *testing.T) {
	read, err := Read(strings.NewReader(words))
	require.NoError(t, err)
	assert.Equal(t, Words(), read)
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"a path":       "../etc",
		"upper case":   "Payment",
		"too long":     "abcdefghijklm",
		"a name twice": "flint\n\n# a comment\nflint",
	} {
		_, err := Read(strings.NewReader(text))
		assert.Error(t, err, name)
	}
}

func TestAssign(t *testing.T) {
	roles := []string{"frontend", "cart", "payment"}
	first, err := Assign(7, roles, Words())
	require.NoError(t, err)
	second, _ := Assign(7, roles, Words())
	assert.Equal(t, first, second)
	other, _ := Assign(8, roles, Words())
	assert.NotEqual(t, first, other)
	assert.Len(t, first, 3)

	_, err = Assign(7, roles, []string{"flint"})
	assert.ErrorContains(t, err, "too few")
}

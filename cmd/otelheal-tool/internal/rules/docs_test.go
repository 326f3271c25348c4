package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocs runs the cases that docs/try.md shows, and compares what it shows of
// their outcome.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "try.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	require.Len(t, blocks, 1)
	said, err := runCommand(t, file(t, string(blocks[0][1])))
	require.NoError(t, err, said)
	for _, line := range []string{
		"ok    a queue that doubles for three minutes is found within one",
		"ok    a gap is nothing",
		"2 passed, 0 failed",
	} {
		assert.Contains(t, said, line)
		assert.Contains(t, string(page), line)
	}
	t.Log(said)
}

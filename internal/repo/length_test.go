package repo

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	longLines    = 400 // needs a reason in review
	tooLongLines = 600
)

// TestFileLength keeps files to what fits a reader's head.
func TestFileLength(t *testing.T) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skip := d.Name(); skip == ".git" || skip == "bin" || skip == "full" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(data), "// Code generated ") {
			return nil
		}
		lines := strings.Count(string(data), "\n")
		if lines > longLines {
			t.Logf("%s has %d lines, over %d needs a reason", path, lines, longLines)
		}
		assert.LessOrEqual(t, lines, tooLongLines, path)
		return nil
	})
	require.NoError(t, err)
}

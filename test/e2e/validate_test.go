package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// Every example that stands alone is a valid configuration.
func TestExamplesAreValid(t *testing.T) {
	root := harness.Root(t)
	files, err := filepath.Glob(filepath.Join(root, "examples", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		if filepath.Base(file) == "observe.yaml" {
			continue // wants another beside it, see TestObserveFitsBesideEach
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			out, err := harness.Run(t, "validate", "--config", file)
			assert.NoError(t, err, out)
		})
	}
}

// fullConfig is a block of YAML that says of itself that it is complete.
var fullConfig = regexp.MustCompile("(?ms)^```yaml\n(# A full configuration.*?)^```$")

// Every full configuration in the documentation is valid.
func TestDocumentedConfigurationsAreValid(t *testing.T) {
	root := harness.Root(t)
	found := 0
	check := func(path string) {
		for _, block := range fullConfig.FindAllStringSubmatch(readFile(t, path), -1) {
			found++
			out, err := harness.Run(t, "validate", "--config", harness.Config(t, block[1]))
			assert.NoError(t, err, "%s: %s", path, out)
		}
	}
	check(filepath.Join(root, "README.md"))
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "docs"), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			check(path)
		}
		return err
	}))
	assert.NotZero(t, found)
}

// Every relative link of the documentation leads somewhere.
func TestLinksLead(t *testing.T) {
	root := harness.Root(t)
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md", "examples/*/*.md", "*/*/README.md", "extension/executor/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		pages = append(pages, found...)
	}
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(readFile(t, page), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), m[1]))
			assert.NoError(t, err, "%s links to %s", page, m[1])
		}
	}
}

// What is wrong is said all at once: the key, the value found, and the way out.
func TestErrorsNameKeyValueAndFix(t *testing.T) {
	out, err := harness.Run(t, "validate", "--config", filepath.Join("testdata", "bad.yaml"))
	require.Error(t, err)
	for _, want := range []string{
		"connectors::rca: `resolve_after` must be at least 5s", "found 1s",
		"`error_increase` is a share above 0 and up to 1, found 7",
		"exporters::recovery: `backend` or `http` must be set, found neither", "name the healer extension",
		"`unmatched` must be page or ignore, found \"shrug\"",
		"receivers::otelheal: `source` is missing", "source: healer",
	} {
		assert.Contains(t, out, want)
	}
}

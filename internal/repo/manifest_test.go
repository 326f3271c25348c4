package repo

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const manifestFile = "builder-config.yaml"

// The manifest and go.mod name the same versions, so that `make build` gives
// what the manifest says.
func TestManifestAgreesWithGoMod(t *testing.T) {
	required := requirements(t, ".")
	for _, c := range manifest(t, manifestFile) {
		if c.Module == modulePath {
			assert.Equal(t, "v"+manifestVersion(t), c.Version, c.Import)
			assert.Equal(t, ".", c.Path, c.Import)
			continue
		}
		assert.Equal(t, required[c.Module], c.Version, "go.mod and %s differ about %s", manifestFile, c.Module)
	}
}

// Each folder of ours with a component is in the manifest, and the other way round.
func TestManifestListsOurComponents(t *testing.T) {
	var listed, found []string
	for _, c := range manifest(t, manifestFile) {
		if c.Module == modulePath {
			listed = append(listed, strings.TrimPrefix(c.Import, modulePath+"/"))
		}
	}
	for _, pattern := range []string{
		"receiver/*", "processor/*", "connector/*", "exporter/*", "extension/*", "extension/*/*",
	} {
		files, err := filepath.Glob(filepath.Join(root, pattern, "factory.go"))
		require.NoError(t, err)
		for _, f := range files {
			folder, err := filepath.Rel(root, filepath.Dir(f))
			require.NoError(t, err)
			found = append(found, filepath.ToSlash(folder))
		}
	}
	slices.Sort(listed)
	slices.Sort(found)
	assert.Equal(t, found, without(listed, "confmap/"))
}

// without leaves out the names with a prefix.
func without(names []string, prefix string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, prefix) })
}

// components.go is what `make generate` writes.
func TestComponentsAreGenerated(t *testing.T) {
	const path = "cmd/otelheal/components.go"
	committed := read(t, path)
	to := filepath.Join(t.TempDir(), "components.go")
	cmd := exec.Command("go", "run", "./internal/repo/components", to)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	generated, err := os.ReadFile(to)
	require.NoError(t, err)
	assert.Equal(t, string(generated), committed, "%s is stale: run make generate", path)
}

// Providers and converters are wired by hand in main.go.
func TestMainHasTheProviders(t *testing.T) {
	main := read(t, "cmd/otelheal/main.go")
	for _, c := range manifest(t, manifestFile) {
		if c.Kind == "providers" || c.Kind == "converters" {
			assert.Contains(t, main, `"`+c.Import+`"`)
			assert.Contains(t, main, c.Import[strings.LastIndex(c.Import, "/")+1:]+".NewFactory()")
		}
	}
}

// One version, said in several places.
func TestVersionsAgree(t *testing.T) {
	version := manifestVersion(t)
	assert.Contains(t, read(t, "cmd/otelheal/main.go"), `var version = "`+version+`"`)
	assert.Contains(t, read(t, "CHANGELOG.md"), "## "+version)
	for _, c := range manifest(t, "build/full.yaml") {
		if c.Module == modulePath {
			assert.Equal(t, "v"+version, c.Version, c.Import)
		}
	}
}

// The complete set holds all of the slim one.
func TestFullManifestHoldsTheSlimOne(t *testing.T) {
	full := map[string]string{}
	for _, c := range manifest(t, "build/full.yaml") {
		full[c.Kind+" "+c.Import] = c.Version
	}
	for _, c := range manifest(t, manifestFile) {
		assert.Equal(t, c.Version, full[c.Kind+" "+c.Import], "%s %s", c.Kind, c.Import)
	}
}

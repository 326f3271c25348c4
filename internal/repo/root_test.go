package repo

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

const modulePath = "github.com/otelheal/otelheal"

// root is the repository's, seen from this package.
const root = "../.."

// goCommand runs the go command in a folder of the repository.
func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(root, dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", strings.Join(args, " "), stderr.String())
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	return readFile(t, filepath.Join(root, path))
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// requirements are what the go.mod of a folder requires, by path.
func requirements(t *testing.T, dir string) map[string]string {
	t.Helper()
	var mod struct {
		Require []struct{ Path, Version string }
	}
	require.NoError(t, json.Unmarshal([]byte(goCommand(t, dir, "mod", "edit", "-json")), &mod))
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Path] = r.Version
	}
	return versions
}

// component is one entry of a builder manifest.
type component struct {
	Kind    string // receivers, processors …
	Module  string
	Version string
	Import  string
	Path    string // of a local replacement
}

// manifest reads the entries of a builder manifest.
func manifest(t *testing.T, path string) []component {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(read(t, path)))
	require.NoError(t, err)
	raw, err := retrieved.AsConf()
	require.NoError(t, err)
	var all []component
	for _, kind := range []string{"receivers", "processors", "exporters", "connectors", "extensions", "providers", "converters"} {
		entries, _ := raw.Get(kind).([]any)
		for _, entry := range entries {
			e := entry.(map[string]any)
			c := component{Kind: kind}
			gomod, _ := e["gomod"].(string)
			c.Module, c.Version, _ = strings.Cut(gomod, " ")
			c.Import, _ = e["import"].(string)
			c.Path, _ = e["path"].(string)
			if c.Import == "" {
				c.Import = c.Module
			}
			all = append(all, c)
		}
	}
	return all
}

// manifestVersion is the version of the distribution.
func manifestVersion(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(read(t, "builder-config.yaml")) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "version: "); ok {
			return v
		}
	}
	require.Fail(t, "builder-config.yaml has no version")
	return ""
}

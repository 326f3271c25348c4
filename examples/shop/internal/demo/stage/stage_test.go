package stage

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/examples/shop/release"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

func build(t *testing.T) *Stage {
	s, err := Build(Settings{
		Dir: filepath.Join(t.TempDir(), "run"), Otelheal: "/bin/true", Shop: "/bin/true",
		Names: map[topology.Role]string{topology.RolePayment: "walnut", topology.RoleFrontend: "birch"},
	})
	require.NoError(t, err)
	t.Cleanup(s.Remove)
	return s
}

func TestBuild(t *testing.T) {
	s := build(t)
	read, err := topology.Read(s.Path("topology.json"))
	require.NoError(t, err)
	assert.Equal(t, s.Topology, read)
	assert.Equal(t, "walnut", s.Instances()["walnut-2"])
	assert.Contains(t, s.Env(), "SHOP_FRONTEND_NAME=birch")

	for version, currencies := range map[string]int{First: 5, Bad: 1, Good: 5, Next: 5} {
		r, err := release.Read(s.Release("walnut", version))
		require.NoError(t, err)
		assert.Equal(t, version, r.Version)
		assert.Len(t, r.Settings.Currencies, currencies, version)
	}
	to, err := os.Readlink(s.Link("walnut"))
	require.NoError(t, err)
	assert.Equal(t, s.Release("walnut", First), to)
}

// TestConfigurationsAreValid asks the collector, where one is built.
func TestConfigurationsAreValid(t *testing.T) {
	bin := os.Getenv("OTELHEAL_BIN")
	if bin == "" {
		t.Skip("OTELHEAL_BIN names no collector")
	}
	s := build(t)
	for _, file := range []string{"otelheal.yaml", "agent.yaml"} {
		cmd := exec.Command(bin, "validate", "--config", s.Path(file))
		cmd.Env = append(os.Environ(), s.Env()...)
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s: %s", file, out)
	}
}

func TestCheck(t *testing.T) {
	assert.NoError(t, Check("/bin/sh", ""))
	assert.ErrorContains(t, Check(t.TempDir(), "build it"), "build it")
	assert.Error(t, Check("/no/such/file", ""))
}

package topology

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStandardSurvivesItsFile(t *testing.T) {
	t.Parallel()
	want := Standard("/tmp/x", 20000, "http://127.0.0.1:4318", map[Role]string{RolePayment: "till"})
	path := filepath.Join(t.TempDir(), "topology.json")
	require.NoError(t, want.Write(path))
	got, err := Read(path)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	s, in, ok := got.Instance(RolePayment, "till-2")
	require.True(t, ok)
	assert.Equal(t, "till", s.Name)
	assert.Equal(t, "/tmp/x/control/till-2.sock", got.ControlSocket(in.ID))
}

func TestValidateSaysEverythingAtOnce(t *testing.T) {
	t.Parallel()
	bad := Standard("/tmp/x", 20000, "127.0.0.1:4318", nil)
	bad.Services = append(bad.Services[1:], Service{Role: "cellar", Instances: []Instance{{ID: "../x", Addr: "nowhere"}}})
	bad.ControlDir = "/" + strings.Repeat("long/", 25)
	bad.Ledger = ""
	err := bad.Validate()
	for _, want := range []string{
		"`services` must have a service with role \"catalogue\"",
		"`services[6].role` must be one of",
		"`services[6].name` must not be empty",
		"`services[6].instances[0].id` must match",
		"`services[6].instances[0].addr` must be host:port, found \"nowhere\"",
		"`control_dir`: the socket",
		"`ledger` must not be empty",
		"`otlp` must be a URL such as http://127.0.0.1:4318, found \"127.0.0.1:4318\"",
	} {
		assert.ErrorContains(t, err, want)
	}
}

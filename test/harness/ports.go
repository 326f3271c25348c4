package harness

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Ports gives out n loopback addresses that are free now. They are all held
// until the last is known, so that no two are the same.
func Ports(t testing.TB, n int) []string {
	t.Helper()
	addresses := make([]string, n)
	for k := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		addresses[k] = l.Addr().String()
	}
	return addresses
}

// Config writes a configuration file. Each pair of replacements is an old and a
// new text, as strings.NewReplacer takes them.
func Config(t testing.TB, text string, replacements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	text = strings.NewReplacer(replacements...).Replace(text)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

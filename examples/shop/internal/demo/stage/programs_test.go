package stage

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/examples/shop/topology"
)

var rewrite = flag.Bool("rewrite", false, "write config/programs.yaml")

// TestTheExampleIsWhatIsGenerated holds config/programs.yaml, which people read,
// to what the demonstration runs.
func TestTheExampleIsWhatIsGenerated(t *testing.T) {
	const example = "../../../config/programs.yaml"
	s := &Stage{
		Settings: Settings{Dir: "/var/lib/shop", Otelheal: "/usr/local/bin/otelheal", Shop: "/usr/local/bin/shop"},
		base:     firstBlock,
		Topology: topology.Standard("/var/lib/shop", firstBlock, "http://127.0.0.1:4318", nil),
	}
	got, err := Programs(s)
	require.NoError(t, err)
	if *rewrite {
		require.NoError(t, os.WriteFile(example, got, 0o644))
	}
	want, err := os.ReadFile(example)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "run the test with -rewrite")
}

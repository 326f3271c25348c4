package eval

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// nezhaMode is a way to replay the corpus, and the least that it must reach, in
// cases of 23. They are a few below what was measured, so that they hold for a
// change of no matter.
type nezhaMode struct {
	name                string
	args                []string
	first, three, inner int
}

var nezhaModes = []nezhaMode{
	{"everything before as baseline", nil, 22, 23, 20},
	{"one normal minute", []string{"--protocol", "paper"}, 21, 23, 19},
	{"without metrics", []string{"--drop", "metrics"}, 22, 23, 18},
	{"without logs", []string{"--drop", "logs"}, 11, 13, 8},
	{"traces only", []string{"--drop", "logs,metrics"}, 11, 13, 7},
	{"half of the traces, all logs", []string{"--traces", "0.5"}, 19, 20, 15},
	{"a quarter of the traces, all logs", []string{"--traces", "0.25"}, 17, 20, 14},
	{"a tenth of the traces, all logs", []string{"--traces", "0.1"}, 14, 16, 10},
	{"a tenth of the traces and of their logs", []string{"--traces", "0.1", "--drop", "unsampled-logs"}, 6, 9, 5},
}

// TestNezha replays the corpus of injected faults through the real connector and
// prints docs/rca.md's table.
func TestNezha(t *testing.T) {
	root := harness.Root(t)
	dir := filepath.Join(root, "..", "shared", "data", "nezha-trainticket")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no labelled data: %v", err)
	}
	tool := filepath.Join(t.TempDir(), "otelheal-tool")
	build := exec.Command("go", "build", "-o", tool, "./cmd/otelheal-tool")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	var table strings.Builder
	table.WriteString("\n| | first | in three | in five | inner cause | incidents in normal minutes |\n| --- | --- | --- | --- | --- | --- |\n")
	modes := nezhaModes
	if os.Getenv("OTELHEAL_EVAL_DAY") == "" {
		modes = modes[:1] // the others take half a minute each: make eval
	}
	for _, m := range modes {
		text, err := exec.Command(tool, append([]string{"rca", "--json", "--nezha", dir}, m.args...)...).Output()
		require.NoError(t, err)
		var r struct {
			AS1    float64           `json:"as1"`
			AS3    float64           `json:"as3"`
			AS5    float64           `json:"as5"`
			Inner1 float64           `json:"inner1"`
			Cases  []json.RawMessage `json:"cases"`
			False  []string          `json:"false_incidents"`
		}
		require.NoError(t, json.Unmarshal(text, &r))
		n := float64(len(r.Cases))
		require.EqualValues(t, 23, n)
		fmt.Fprintf(&table, "| %s | %.0f | %.0f | %.0f | %.0f | %d |\n", m.name, n*r.AS1, n*r.AS3, n*r.AS5, n*r.Inner1, len(r.False))
		assert.GreaterOrEqual(t, n*r.AS1+0.01, float64(m.first), "%s: first", m.name)
		assert.GreaterOrEqual(t, n*r.AS3+0.01, float64(m.three), "%s: in three", m.name)
		assert.GreaterOrEqual(t, n*r.Inner1+0.01, float64(m.inner), "%s: inner cause", m.name)
		assert.Empty(t, r.False, "%s: incidents while nothing was wrong", m.name)
	}
	t.Log(table.String())
}

package rca

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesFitATerminal(t *testing.T) {
	list, err := Files(t.Context(), []string{write(t, record(t))})
	require.NoError(t, err)
	v := list[0]
	v.Incident.Cause.Why += " \x1b[2J\x07 " + strings.Repeat("x", 200)
	v.Was, v.Same = &v.Incident, false
	for lines, most := range map[string]int{"1": 1, "10": 10, "all": 60} {
		var out bytes.Buffer
		v.tell(&out, lines)
		all := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		assert.LessOrEqual(t, len(all), most)
		for _, l := range all {
			assert.LessOrEqual(t, len([]rune(l)), columns, l)
			for _, r := range l {
				assert.True(t, unicode.IsPrint(r), "%q", r)
			}
		}
		assert.Contains(t, out.String(), "errors of bank-1")
		if lines == "all" {
			joined := strings.Join(strings.Fields(out.String()), "")
			for _, e := range v.Incident.Evidence {
				assert.Contains(t, joined, strings.Join(strings.Fields(printable(e.Text)), ""), "nothing is cut")
			}
		}
	}
}

func TestAPageOfARecording(t *testing.T) {
	name := write(t, record(t))
	page := filepath.Join(t.TempDir(), "incident.html")
	cmd := New()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs([]string{name, "--html", page, "--lines", "1"})
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	assert.Equal(t, 1, strings.Count(out.String(), "\n"))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(text), "LedgerLocked")

	cmd = New()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs([]string{name, "--lines", "3"})
	require.ErrorContains(t, cmd.ExecuteContext(t.Context()), "`--lines` must be 1, 10 or all")
}

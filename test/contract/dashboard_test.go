package contract

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const dashboardFile = "../../examples/grafana/otelheal.json"

//lint:ignore SA1019 the schema that every Grafana imports; that of dashboardv2 is for new ones only
type grafanaDashboard = dashboard.Dashboard

// readDashboard reads one by Grafana's own types: what they want must be there, of
// their types, and nothing else.
func readDashboard(text string) (d grafanaDashboard, faults string) {
	plugins.RegisterDefaultPlugins() // the types of options, by the type of a panel
	var strict grafanaDashboard
	var all cog.BuildErrors
	for _, err := range []error{strict.UnmarshalJSONStrict([]byte(text)), json.Unmarshal([]byte(text), &d), d.Validate()} {
		var some cog.BuildErrors // an empty list is no fault, though no nil error either
		if err != nil && !errors.As(err, &some) {
			return d, err.Error()
		}
		all = append(all, some...)
	}
	return d, all.Error()
}

func TestDashboardFitsGrafanasTypes(t *testing.T) {
	text, err := os.ReadFile(dashboardFile)
	require.NoError(t, err)
	d, faults := readDashboard(string(text))
	require.Empty(t, faults)

	require.NotEmpty(t, d.Panels)
	taken := map[[2]uint32]string{} // a cell of the grid, by whom
	for _, either := range d.Panels {
		title, at := "", dashboard.GridPos{}
		if row := either.RowPanel; row != nil {
			title, at = *row.Title, *row.GridPos
		} else {
			p := either.Panel
			title, at = *p.Title, *p.GridPos
			_, untyped := p.Options.(map[string]any)
			assert.False(t, untyped, "%s: Grafana has no panels of type %s", title, p.Type)
		}
		assert.LessOrEqual(t, at.X+at.W, uint32(24), "%s is wider than the grid", title)
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				assert.Empty(t, taken[[2]uint32{x, y}], "%s lies over it", title)
				taken[[2]uint32{x, y}] = title
			}
		}
	}
}

// Types that let everything through would prove nothing.
func TestGrafanasTypesRefuse(t *testing.T) {
	text, err := os.ReadFile(dashboardFile)
	require.NoError(t, err)
	for what, change := range map[string][2]string{
		"a field of no panel":    {`"colorMode":`, `"colourMode":`},
		"a field of no query":    {`"legendFormat":`, `"legend":`},
		"a text for a number":    {`"h": 8`, `"h": "8"`},
		"a time that is no text": {`"from": "now-1h"`, `"from": 60`},
	} {
		bad := strings.Replace(string(text), change[0], change[1], 1)
		require.NotEqual(t, string(text), bad, what)
		_, faults := readDashboard(bad)
		assert.NotEmpty(t, faults, what)
	}
}

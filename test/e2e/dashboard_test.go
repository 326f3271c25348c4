package e2e

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// variable is what fills Grafana's variable in the example dashboard.
var variable = regexp.MustCompile(`^label_values\((.*), job\)$`)

// dashboardQueries are what the panels of the example dashboard ask Prometheus, by
// title and legend, with Grafana's variables filled in.
func dashboardQueries(t *testing.T) map[string]string {
	t.Helper()
	var dashboard struct {
		Templating struct {
			List []struct {
				Name  string
				Query any
			}
		}
		Panels []struct {
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(readFile(t, "../../examples/grafana/otelheal.json")), &dashboard))
	fill := strings.NewReplacer("$job", ".+", "$__rate_interval", "1m")
	queries := map[string]string{}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			queries[strings.TrimSuffix(p.Title+": "+target.LegendFormat, ": ")] = fill.Replace(target.Expr)
		}
	}
	for _, v := range dashboard.Templating.List {
		if q, ok := v.Query.(map[string]any); ok {
			found := variable.FindStringSubmatch(q["query"].(string))
			require.NotNil(t, found, q)
			queries["$"+v.Name] = found[1]
		}
	}
	require.Contains(t, queries, "$job")
	return queries
}

package repo

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

// known is what the code says of a metric: its labels, and the values of those
// that are closed sets.
type known map[string]map[string][]string

// metadataMetrics are those of our components, by the name they are scraped as.
func metadataMetrics(t *testing.T) known {
	all := known{}
	var files []string
	for _, pattern := range []string{"receiver/*", "processor/*", "connector/*", "exporter/*", "extension/*", "extension/*/*"} {
		found, err := filepath.Glob(filepath.Join(root, pattern, "metadata.yaml"))
		require.NoError(t, err)
		files = append(files, found...)
	}
	require.NotEmpty(t, files)
	for _, file := range files {
		path, err := filepath.Rel(root, file)
		require.NoError(t, err)
		retrieved, err := confmap.NewRetrievedFromYAML([]byte(read(t, path)))
		require.NoError(t, err)
		conf, err := retrieved.AsConf()
		require.NoError(t, err)
		attributes, _ := conf.Get("attributes").(map[string]any)
		metrics, _ := conf.Get("telemetry::metrics").(map[string]any)
		for name, m := range metrics {
			entry := m.(map[string]any)
			prefix, ok := entry["prefix"].(string)
			if !ok {
				prefix = "otelcol_"
			}
			labels := map[string][]string{}
			names, _ := entry["attributes"].([]any)
			for _, n := range names {
				attribute := attributes[n.(string)].(map[string]any)
				values, _ := attribute["enum"].([]any)
				labels[n.(string)] = texts(values)
			}
			all[prefix+name] = labels
		}
	}
	return all
}

func texts(values []any) (list []string) {
	for _, v := range values {
		list = append(list, v.(string))
	}
	return list
}

// healerMetrics are those of the healer's own /metrics.
func healerMetrics(t *testing.T) known {
	all := known{}
	for _, m := range regexp.MustCompile(`(otelheal_healer_[a-z_]+)(\{[^}]*\})?`).FindAllStringSubmatch(read(t, "extension/healerextension/metrics.go"), -1) {
		labels := map[string][]string{}
		for _, l := range regexp.MustCompile(`([a-z_]+)=`).FindAllStringSubmatch(m[2], -1) {
			labels[l[1]] = nil
		}
		all[m[1]] = labels
	}
	return all
}

// collectorMetrics are those of the collector's own parts, as their pages say.
func collectorMetrics(t *testing.T) known {
	all := known{}
	for _, module := range []string{"go.opentelemetry.io/collector/exporter/exporterhelper", "go.opentelemetry.io/collector/service"} {
		dir := strings.TrimSpace(goCommand(t, ".", "list", "-m", "-f", "{{.Dir}}", module))
		data, err := filepath.Glob(filepath.Join(dir, "documentation.md"))
		require.NoError(t, err)
		require.Len(t, data, 1)
		for _, m := range regexp.MustCompile("(?m)^### (otelcol_[a-z_]+)").FindAllStringSubmatch(readFile(t, data[0]), -1) {
			all[m[1]] = map[string][]string{"exporter": nil, "data_type": nil}
		}
	}
	return all
}

// expressions are all PromQL in rules and dashboard.
func expressions(t *testing.T) []string {
	var list []string
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(read(t, "examples/prometheus/rules.yaml")))
	require.NoError(t, err)
	rules, err := retrieved.AsConf()
	require.NoError(t, err)
	for _, g := range rules.Get("groups").([]any) {
		for _, r := range g.(map[string]any)["rules"].([]any) {
			list = append(list, r.(map[string]any)["expr"].(string))
		}
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Type    string
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, "examples/grafana/otelheal.json")), &dashboard))
	ids := map[int]bool{}
	for _, p := range dashboard.Panels {
		assert.False(t, ids[p.ID], "two panels have the ID %d", p.ID)
		ids[p.ID] = true
		assert.True(t, p.Type == "row" || len(p.Targets) > 0, "panel %q shows nothing", p.Title)
		for _, target := range p.Targets {
			list = append(list, target.Expr)
		}
	}
	return list
}

var (
	metricUse = regexp.MustCompile(`\b((?:otelcol|otelheal)_[a-z0-9_]+)(\{[^}]*\})?`)
	matcher   = regexp.MustCompile(`([a-z_]+)(=~|!~|!=|=)"([^"]*)"`)
	grouping  = regexp.MustCompile(`by \(([^)]*)\)`)
)

// scraped labels are Prometheus' own, and a histogram's.
var scraped = []string{"job", "instance", "le"}

// Rules and dashboard speak of metrics, labels and values that there are.
func TestRulesAndDashboardNameWhatThereIs(t *testing.T) {
	all := known{}
	for _, some := range []known{metadataMetrics(t), healerMetrics(t), collectorMetrics(t)} {
		for name, labels := range some {
			all[name] = labels
		}
	}
	used := 0
	for _, expr := range expressions(t) {
		labelsHere := slices.Clone(scraped)
		for _, use := range metricUse.FindAllStringSubmatch(expr, -1) {
			labels, ok := all[use[1]]
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				if !ok {
					labels, ok = all[strings.TrimSuffix(use[1], suffix)]
				}
			}
			if !assert.True(t, ok, "%s is no metric of ours: %s", use[1], expr) {
				continue
			}
			used++
			for label := range labels {
				labelsHere = append(labelsHere, label)
			}
			for _, m := range matcher.FindAllStringSubmatch(use[2], -1) {
				if slices.Contains(scraped, m[1]) {
					continue
				}
				values, ok := labels[m[1]]
				assert.True(t, ok, "%s has no label %s: %s", use[1], m[1], expr)
				for _, v := range strings.Split(m[3], "|") {
					assert.True(t, values == nil || slices.Contains(values, v), "%s of %s is never %q", m[1], use[1], v)
				}
			}
		}
		for _, g := range grouping.FindAllStringSubmatch(expr, -1) {
			for _, label := range strings.Split(g[1], ",") {
				assert.Contains(t, labelsHere, strings.TrimSpace(label), expr)
			}
		}
	}
	assert.Greater(t, used, 40)
}

// The rules are what Prometheus reads, and alert when they should.
func TestRulesByPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing: apt-get install prometheus")
	}
	for _, args := range [][]string{{"check", "rules", "rules.yaml"}, {"test", "rules", "rules_test.yaml"}, {"check", "config", "prometheus.yml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = filepath.Join(root, "examples/prometheus")
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "promtool %v: %s", args, out)
	}
}

package observeconverter

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

const observing = `
    traces/otelheal: {receivers: [all_receivers], exporters: [rca]}
    metrics/otelheal: {receivers: [all_receivers], processors: [anomaly], exporters: [rca]}
    logs/otelheal: {receivers: [all_receivers], exporters: [rca]}
    logs/incidents: {receivers: [rca], exporters: [debug]}
`

func TestConvert(t *testing.T) {
	for name, tc := range map[string]struct {
		theirs string
		want   map[string][]any // receivers by pipeline; nil: the pipeline is gone
	}{
		"each signal gets the receivers of its own": {
			theirs: "{traces: {receivers: [otlp], exporters: [otlp]}, metrics: {receivers: [otlp, hostmetrics], exporters: [otlp]}, logs: {receivers: [filelog], exporters: [otlp]}}",
			want: map[string][]any{
				"traces/otelheal": {"otlp"}, "metrics/otelheal": {"hostmetrics", "otlp"}, "logs/otelheal": {"filelog"},
				"traces": {"otlp"}, "logs/incidents": {"rca"},
			},
		},
		"a signal without receivers is left out": {
			theirs: "{metrics: {receivers: [hostmetrics], exporters: [otlp]}}",
			want:   map[string][]any{"traces/otelheal": nil, "metrics/otelheal": {"hostmetrics"}, "logs/otelheal": nil, "logs/incidents": {"rca"}},
		},
		"named pipelines count, each receiver once": {
			theirs: "{metrics/a: {receivers: [otlp, hostmetrics/2]}, metrics/b: {receivers: [otlp]}}",
			want:   map[string][]any{"metrics/otelheal": {"hostmetrics/2", "otlp"}},
		},
		"metrics that a connector makes are seen as well": {
			theirs: "{traces: {receivers: [otlp], exporters: [spanmetrics]}, metrics/spans: {receivers: [spanmetrics], exporters: [prometheus]}}",
			want:   map[string][]any{"traces/otelheal": {"otlp"}, "metrics/otelheal": {"spanmetrics"}, "metrics/spans": {"spanmetrics"}},
		},
		"what we lead to is no source, however far": {
			theirs: "{logs: {receivers: [filelog]}, logs/mine: {receivers: [rca], exporters: [forward]}, logs/far: {receivers: [forward], exporters: [otlp]}}",
			want:   map[string][]any{"logs/otelheal": {"filelog"}, "logs/far": {"forward"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			conf := load(t, "service:\n  pipelines:"+observing)
			require.NoError(t, conf.Merge(load(t, "service: {pipelines: "+tc.theirs+"}")))
			require.NoError(t, NewFactory().Create(confmap.ConverterSettings{}).Convert(t.Context(), conf))
			for id, want := range tc.want {
				key := "service::pipelines::" + id
				if want == nil {
					assert.False(t, conf.IsSet(key), id)
					continue
				}
				assert.Equal(t, want, conf.Get(key+"::receivers"), id)
			}
		})
	}
}

func TestConvertLeavesTheRestAlone(t *testing.T) {
	for _, text := range []string{
		"{receivers: {otlp: null}, service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}, telemetry: {logs: {level: warn}}}}",
		"{service: {pipelines: 7}}",
		"{service: {pipelines: {traces: 7, logs: {receivers: otlp}}}}",
		"{}",
	} {
		conf := load(t, text)
		require.NoError(t, NewFactory().Create(confmap.ConverterSettings{}).Convert(t.Context(), conf))
		assert.Equal(t, load(t, text).ToStringMap(), conf.ToStringMap())
	}
}

func load(t *testing.T, text string) *confmap.Conf {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	return conf
}

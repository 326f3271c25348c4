package anomalyprocessor

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/pmetrictest"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// WriteMetrics fails the test on purpose when it rewrites: look at the difference, then run it again.
var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// TestScoresOnTheWire holds the form of the scores, in stages: what is sent when
// an anomaly opens, lasts and ends.
func TestScoresOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	step := func(v float64) {
		b.feed(func(ts pcommon.Timestamp, metrics pmetric.MetricSlice) {
			for i, name := range []string{"steady", "jvm.memory.used"} {
				value := v
				if i == 0 {
					value = 3
				}
				dp := gauge(metrics, name, ts, value)
				dp.Attributes().PutStr("pool", "heap")
				dp.Exemplars().AppendEmpty().SetTraceID([16]byte{1, 2, 3})
				metrics.At(metrics.Len() - 1).SetUnit("By")
			}
		})
	}
	for i := range 60 {
		step(100 + float64(i%5))
	}
	require.Empty(t, b.sink.AllMetrics())
	for _, stage := range []struct {
		name  string
		value float64
	}{{"1-opened", 900}, {"2-lasts", 950}, {"3-returned", 102}} {
		step(stage.value)
		if stage.name != "2-lasts" {
			step(stage.value)
		}
		all := b.sink.AllMetrics()
		got := all[len(all)-1]
		file := filepath.Join("testdata", stage.name+".yaml")
		if *rewrite {
			require.NoError(t, golden.WriteMetrics(t, file, got, golden.SkipMetricTimestampNormalization()))
		}
		want, err := golden.ReadMetrics(file)
		require.NoError(t, err)
		require.NoError(t, pmetrictest.CompareMetrics(want, got))
	}
}

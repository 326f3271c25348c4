package anomalyprocessor

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// TestGroupNamesWhatItIsMadeOf lets two of five metrics of a service leave their
// bands: the service's combined score names them as long as its anomaly lasts, in
// the words of when it opened.
func TestGroupNamesWhatItIsMadeOf(t *testing.T) {
	b := newBench(t, nil)
	r := rand.New(rand.NewPCG(3, 4))
	feed := func(heap, threads float64) {
		b.feed(func(t pcommon.Timestamp, metrics pmetric.MetricSlice) {
			gauge(metrics, "jvm.memory.used", t, 100+heap+r.NormFloat64())
			gauge(metrics, "jvm.thread.count", t, 20+threads+r.NormFloat64())
			for _, name := range []string{"queue.length", "db.connections", "cache.size"} {
				gauge(metrics, name, t, 50+r.NormFloat64())
			}
		})
	}
	for range 120 {
		feed(0, 0)
	}
	require.Empty(t, b.contributors())
	for range 10 {
		feed(300, 30)
	}
	said := b.contributors()
	require.NotEmpty(t, said)
	for _, text := range said {
		assert.Equal(t, said[0], text)
	}
	parts := strings.Split(said[0], ", ")
	require.GreaterOrEqual(t, len(parts), 2)
	assert.Contains(t, parts[0]+parts[1], "jvm.memory.used ")
	assert.Contains(t, parts[0]+parts[1], "jvm.thread.count ")
	assert.LessOrEqual(t, len(parts), 3)
}

// contributors are what the combined scores so far were said to be made of.
func (b *bench) contributors() (all []string) {
	for _, md := range b.sink.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				for _, dp := range m.Gauge().DataPoints().All() {
					if v, ok := dp.Attributes().Get(attrContrib); ok {
						all = append(all, v.Str())
					}
				}
			}
		}
	}
	return all
}

package anomalyprocessor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor/internal/metadata"
)

// batchSize is the number of points in a batch, of one resource.
const batchSize = 1000

// benchBatches makes as many gauge series as asked for, in batches, each point
// with 5 attributes and each resource with 6.
func benchBatches(series int) []pmetric.Metrics {
	var batches []pmetric.Metrics
	for b := range (series + batchSize - 1) / batchSize {
		md := pmetric.NewMetrics()
		rm := md.ResourceMetrics().AppendEmpty()
		res := rm.Resource().Attributes()
		for i, k := range []string{"service.namespace", "host.name", "deployment.environment.name", "telemetry.sdk.language"} {
			res.PutStr(k, fmt.Sprintf("value-%d", i))
		}
		res.PutStr("service.name", fmt.Sprintf("service-%d", b%50))
		res.PutStr("service.instance.id", fmt.Sprintf("instance-%d", b))
		m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName("http.server.active_requests")
		dps := m.SetEmptyGauge().DataPoints()
		for i := range batchSize {
			dp := dps.AppendEmpty()
			dp.Attributes().PutStr("http.request.method", "GET")
			dp.Attributes().PutStr("http.route", fmt.Sprintf("/api/v1/things/%d", i))
			dp.Attributes().PutInt("http.response.status_code", 200)
			dp.Attributes().PutStr("url.scheme", "https")
			dp.Attributes().PutStr("server.address", "shop.example.org")
			dp.SetDoubleValue(float64(i % 17))
		}
		batches = append(batches, md)
	}
	return batches
}

// scatter is normal noise, drawn beforehand.
var scatter = func() (noise [4096]float64) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = r.NormFloat64()
	}
	return noise
}()

// stamp moves a batch to a time, with values that scatter.
func stamp(md pmetric.Metrics, t time.Time, round int) {
	dps := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints()
	for i := range dps.Len() {
		dp := dps.At(i)
		dp.SetTimestamp(pcommon.NewTimestampFromTime(t))
		dp.SetDoubleValue(20 + float64(i%17) + scatter[(31*i+977*round)%len(scatter)])
	}
}

var sizes = []struct {
	name   string
	series int
}{{"series=1k", 1_000}, {"series=100k", 100_000}, {"series=1M", 1_000_000}}

// BenchmarkBareWalk reads and hashes what the processor reads and hashes, and
// does nothing else. One operation is one batch.
func BenchmarkBareWalk(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			batches := benchBatches(size.series)
			h := detector.Hasher{Seed: [2]uint64{1, 2}}
			var sink detector.Key
			var sum float64
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				md := batches[n%len(batches)]
				stamp(md, time.Unix(int64(1000+n), 0), n)
				b.StartTimer()
				rm := md.ResourceMetrics().At(0)
				sink = sink.Plus(hashMap(h, rm.Resource().Attributes(), 0))
				dps := rm.ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints()
				for i := range dps.Len() {
					dp := dps.At(i)
					sum += dp.DoubleValue() + float64(dp.Timestamp())
					sink = sink.Plus(hashMap(h, dp.Attributes(), 0))
				}
				n++
			}
			report(b, sink.A == 0 && sum == 0)
		})
	}
}

// BenchmarkProcessor judges the same batches in steady state.
func BenchmarkProcessor(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			cfg := createDefaultConfig().(*Config)
			cfg.MaxSeries = size.series + 1
			p, err := NewFactory().CreateMetrics(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
			require.NoError(b, err)
			require.NoError(b, p.Start(context.Background(), componenttest.NewNopHost()))
			defer func() { require.NoError(b, p.Shutdown(context.Background())) }()
			batches := benchBatches(size.series)
			at := time.Now().Add(-24 * time.Hour)
			n := 0
			next := func() pmetric.Metrics {
				md := batches[n%len(batches)]
				n++
				stamp(md, at.Add(time.Duration(n/len(batches))*time.Second), n)
				return md
			}
			for range 3 * len(batches) {
				require.NoError(b, p.ConsumeMetrics(context.Background(), next()))
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				md := next()
				b.StartTimer()
				if err := p.ConsumeMetrics(context.Background(), md); err != nil {
					b.Fatal(err)
				}
			}
			report(b, false)
		})
	}
}

func report(b *testing.B, never bool) {
	if never {
		b.Log("nothing was read")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batchSize, "ns/point")
}

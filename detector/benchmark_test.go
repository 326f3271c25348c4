package detector

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// BenchmarkStep judges values of shapes that are in the cache, by series that
// have a past; one operation is one value.
func BenchmarkStep(b *testing.B) {
	shapes := []struct {
		name string
		draw func(r *rand.Rand) float64
	}{
		{"gauss", func(r *rand.Rand) float64 { return 50 + r.NormFloat64() }},
		{"lognormal", func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) }},
		{"counts", func(r *rand.Rand) float64 { return float64(r.IntN(5)) }},
		{"constant", func(*rand.Rand) float64 { return 7 }},
	}
	for _, shape := range shapes {
		b.Run(shape.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			values := make([]float64, 1<<16)
			for i := range values {
				values[i] = shape.draw(r)
			}
			const series = 256
			m := NewDefaultEWMA()
			states := make([]State, series)
			now := int64(1e18)
			n := 0
			for range 3 * seasoned * series {
				m.Step(&states[n%series], Sample{Time: now + int64(n/series)*1e9, Value: values[n*7%len(values)]})
				n++
			}
			b.ReportAllocs()
			b.ReportMetric(float64(unsafe.Sizeof(State{})), "bytes/state")
			for b.Loop() {
				m.Step(&states[n%series], Sample{Time: now + int64(n/series)*1e9, Value: values[n*7%len(values)]})
				n++
			}
		})
	}
}

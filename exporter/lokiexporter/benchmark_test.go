package lokiexporter

import (
	"fmt"
	"testing"
	"time"
)

// What a batch costs before it leaves: labels, JSON, protobuf.
func BenchmarkRequest(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			bodies := make([]string, n)
			for k := range bodies {
				bodies[k] = fmt.Sprintf("GET /cart/%d took 17 ms and answered 500", k)
			}
			ld := logs("payment", bodies...)
			e := encoder{createDefaultConfig().(*Config), time.Now}
			b.ReportAllocs()
			for b.Loop() {
				r, _, err := e.request(ld)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.Marshal(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
		})
	}
}

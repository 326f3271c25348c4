package detector

import (
	"math"
	"math/rand/v2"
	"testing"
)

// FuzzWatch lets two values, what lies between them and what does not belong
// there come in any order at any pace: every verdict is sound, and a chance is one.
func FuzzWatch(f *testing.F) {
	f.Add(uint64(1), 5.0, 1.0, int64(1e9), 0.0, uint8(0))
	f.Add(uint64(2), 1e36, -1e36, int64(1e6), 1.0, uint8(1))
	f.Add(uint64(3), 0.0, 1e-300, int64(1<<40), 1e-9, uint8(255))
	f.Add(uint64(4), 1e308, math.NaN(), int64(86400e9), 1e300, uint8(7))
	f.Add(uint64(5), math.Inf(1), 3.0, int64(60e9), -1.0, uint8(16))
	f.Add(uint64(6), 7.0, 7.0, int64(1800e9), 0.0, uint8(64))
	f.Fuzz(func(t *testing.T, seed uint64, a, b float64, gap int64, quantum float64, ignore uint8) {
		if gap <= 0 || gap > 1<<50 {
			gap = second
		}
		if !(quantum >= 0 && quantum <= 1e18) {
			quantum = 1
		}
		r := rand.New(rand.NewPCG(seed, 0))
		w := newWatch()
		w.Model.Ignore = ChannelSet(ignore)
		for i := range int64(2500) {
			x := Sample{Time: (i + 1) * gap, Value: a, Quantum: quantum, Spread: 4 * r.Float64()}
			switch u := r.Float64(); {
			case u < 0.3:
				x.Value = b
			case u < 0.5:
				x.Value = a + (b-a)*r.Float64()
			case u < 0.51:
				x.Time -= 3 * gap
			}
			requireSound(t, &w, w.Step(x))
		}
	})
}

package detector

import (
	"math"
	"math/rand/v2"
	"testing"
)

// nullStreams are healthy series of many shapes. None may flood: the base model
// is allowed a handful of alarms in 10⁴ samples, whatever the shape.
func nullStreams(r *rand.Rand) map[string]func(i int) float64 {
	ar, walk := 0.0, 0.0
	on := false
	return map[string]func(i int) float64{
		"gauss":     func(int) float64 { return 100 + 5*r.NormFloat64() },
		"student3":  func(int) float64 { return 100 + 5*student3(r) },
		"lognormal": func(int) float64 { return math.Exp(0.6 * r.NormFloat64()) },
		"pareto1.5": func(int) float64 { return math.Pow(1-r.Float64(), -1/1.5) },
		"ar0.95":    func(int) float64 { ar = 0.95*ar + r.NormFloat64(); return 50 + ar },
		"walk":      func(int) float64 { walk += r.NormFloat64(); return 1000 + walk },
		"poisson":   func(int) float64 { return float64(poisson(r, 0.5)) },
		"constant":  func(int) float64 { return 7 },
		"daily": func(i int) float64 {
			return 100 + 50*math.Sin(2*math.Pi*float64(i)/86400) + 3*r.NormFloat64()
		},
		"on-off": func(int) float64 {
			if r.Float64() < 0.02 {
				on = !on
			}
			if on {
				return 100 + r.NormFloat64()
			}
			return 1 + r.NormFloat64()
		},
		"ramp":     func(i int) float64 { return float64(i) },
		"sawtooth": func(i int) float64 { return 50 + float64(i%90) },
	}
}

func student3(r *rand.Rand) float64 {
	var chi float64
	for range 3 {
		n := r.NormFloat64()
		chi += n * n
	}
	return r.NormFloat64() / math.Sqrt(chi/3)
}

func poisson(r *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, -1
	for p > limit {
		p *= r.Float64()
		n++
	}
	return n
}

func TestHealthySeriesDoNotFlood(t *testing.T) {
	const samples = 20000
	worst := map[string]float64{"ar0.95": 8, "walk": 20, "on-off": 8}
	for name := range nullStreams(rand.New(rand.NewPCG(1, 1))) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opened := 0
			const runs = 5
			for seed := range uint64(runs) {
				next := nullStreams(rand.New(rand.NewPCG(7, seed)))[name]
				m, s := NewDefaultEWMA(), State{}
				for i := range samples {
					v := m.Step(&s, Sample{Time: int64(i+1) * 1e9, Value: next(i)})
					if v.Change == ChangeOpened {
						opened++
					}
				}
			}
			rate := float64(opened) / runs / samples * 1e4
			t.Logf("%.2f alarms in 10⁴ samples", rate)
			limit, ok := worst[name]
			if !ok {
				limit = 2
			}
			if rate > limit {
				t.Errorf("%.2f alarms in 10⁴ samples, at most %g are bearable", rate, limit)
			}
		})
	}
}

package eval

import (
	"math"
	"math/rand/v2"

	"github.com/otelheal/otelheal/detector"
)

// nabRater scores the rows of a file in order; each file gets a fresh one.
type nabRater struct {
	name  string
	fresh func() func(detector.Sample) float64
}

// rate scores all files.
func (r nabRater) rate(files []nabFile) [][]float64 {
	all := make([][]float64, len(files))
	for k := range files {
		next := r.fresh()
		all[k] = make([]float64, files[k].rows())
		for row, x := range files[k].values {
			all[k][row] = next(files[k].sample(row, x))
		}
	}
	return all
}

// nabOurs scores as `otelheal-tool detect --nab` writes it.
func nabOurs() nabRater {
	return nabRater{"otelheal, 1 − chance", func() func(detector.Sample) float64 {
		watch := detector.Watch{Model: detector.NewDefaultEWMA()}
		return func(x detector.Sample) float64 {
			v := watch.Step(x)
			if v.Skip != detector.SkipNone {
				return 0
			}
			return 1 - v.Chance
		}
	}}
}

// nabOpened scores what a user is told with the defaults: the rows at which an
// anomaly opens.
func nabOpened() nabRater {
	return nabRater{"otelheal, anomalies opened", func() func(detector.Sample) float64 {
		watch := detector.Watch{Model: detector.NewDefaultEWMA()}
		return func(x detector.Sample) float64 {
			if watch.Step(x).Change == detector.ChangeOpened {
				return 1
			}
			return 0
		}
	}}
}

// nabEWMA is the exponentially weighted mean and variance whose α is 0.01 from the
// second value on, and the distance from the mean in deviations.
func nabEWMA() nabRater {
	return nabRater{"EWMA, α = 0.01", func() func(detector.Sample) float64 {
		const a = 0.01
		mean, square := math.NaN(), 0.0
		return func(x detector.Sample) float64 {
			if math.IsNaN(mean) {
				mean = x.Value
			}
			d := x.Value - mean
			z := deviations(d, square)
			mean += a * d
			square = (1 - a) * (square + a*d*d)
			return z
		}
	}}
}

// nabRandom knows nothing; what it scores is what luck and the choice of the
// threshold give.
func nabRandom(seed uint64) nabRater {
	r := rand.New(rand.NewPCG(5, seed))
	return nabRater{"random scores", func() func(detector.Sample) float64 {
		return func(detector.Sample) float64 { return r.Float64() }
	}}
}

package eval

import (
	"math"
	"slices"

	"github.com/otelheal/otelheal/detector"
)

// rater says of each value of a series how strange it is, before it sees the
// next one; only the order of what it says counts.
type rater interface {
	rate(x detector.Sample) float64
	fork() rater // another one that knows the same
}

// contender is a detector under measurement. Sigma is the score at which the
// textbook has it alarm.
type contender struct {
	name  string
	fresh func() rater
	sigma float64
}

// ours is the calibrated detector. Its score is the negative decimal logarithm
// of the chance: 4 is one in 10⁴.
func ours(ignore detector.ChannelSet) contender {
	name := "otelheal"
	for _, c := range channels {
		if ignore&detector.ChannelSet(0).With(c) != 0 {
			name += " without " + c.String()
		}
	}
	return contender{name: name, fresh: func() rater {
		model := detector.NewDefaultEWMA()
		model.Ignore = ignore
		return &calibrated{detector.Watch{Model: model}}
	}, sigma: 4}
}

var channels = []detector.Channel{
	detector.ChannelDistance, detector.ChannelRarity, detector.ChannelShift,
	detector.ChannelMotion, detector.ChannelFlat, detector.ChannelDay,
}

// peers are what most people have. An isolation forest is not among them: no
// module with one is to be had from the Go module proxy here.
func peers() []contender {
	return []contender{
		{name: "EWMA", fresh: func() rater { return &plainEWMA{} }, sigma: 3},
		{name: "windowed Gaussian", fresh: func() rater { return &windowed{} }, sigma: 3},
	}
}

type calibrated struct{ watch detector.Watch }

func (c *calibrated) rate(x detector.Sample) float64 {
	v := c.watch.Step(x)
	if v.Skip != detector.SkipNone || v.Chance >= 1 {
		return 0
	}
	return -math.Log10(v.Chance)
}

func (c *calibrated) fork() rater { f := *c; return &f }

// plainEWMA is the exponentially weighted mean and variance with α = 0.01, and
// the distance from the mean in deviations.
type plainEWMA struct{ n, mean, square float64 }

func (p *plainEWMA) rate(x detector.Sample) float64 {
	p.n++
	d := x.Value - p.mean
	z := deviations(d, p.square)
	a := max(1/p.n, 0.01)
	p.mean += a * d
	p.square = (1 - a) * (p.square + a*d*d)
	if p.n < 3 {
		return 0
	}
	return z
}

func (p *plainEWMA) fork() rater { f := *p; return &f }

func deviations(d, square float64) float64 {
	if d == 0 {
		return 0
	}
	return min(math.Abs(d)/math.Sqrt(max(square, math.SmallestNonzeroFloat64)), 1e9)
}

// windowed is mean and variance of the last 2000 values.
type windowed struct {
	last         []float64
	at           int
	sum, squares float64
	origin       float64 // subtracted, so that sums of squares keep their digits
}

const windowSize = 2000

func (w *windowed) rate(x detector.Sample) float64 {
	if len(w.last) == 0 {
		w.origin = x.Value
	}
	v := x.Value - w.origin
	n := float64(len(w.last))
	z := 0.0
	if n >= 2 {
		mean := w.sum / n
		z = deviations(v-mean, w.squares/n-mean*mean)
	}
	if len(w.last) < windowSize {
		w.last = append(w.last, v)
	} else {
		old := w.last[w.at]
		w.last[w.at] = v
		w.at = (w.at + 1) % windowSize
		w.sum, w.squares = w.sum-old, w.squares-old*old
	}
	w.sum, w.squares = w.sum+v, w.squares+v*v
	if w.at == 0 { // rounding does not add up
		w.sum, w.squares = 0, 0
		for _, y := range w.last {
			w.sum, w.squares = w.sum+y, w.squares+y*y
		}
	}
	return z
}

func (w *windowed) fork() rater {
	f := *w
	f.last = slices.Clone(w.last)
	return &f
}

package eval

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/otelheal/otelheal/detector"
)

// shape is a kind of healthy series, one value a minute. Location and scale
// differ from series to series, except for counts.
type shape struct {
	name    string
	count   bool    // counts stay as they are
	quantum float64 // see detector.Sample
	values  func(r *rand.Rand) func(i int) float64
}

const (
	every      = int64(60e9) // between two values of a stream
	dayValues  = 1440
	weekValues = 7 * dayValues
)

// shapes are the streams on which nothing ever happens: what a detector says
// about them is false by construction.
var shapes = []shape{
	{name: "gauss", values: alike((*rand.Rand).NormFloat64)},
	{name: "student3", values: alike(studentT3)},
	{name: "lognormal", values: alike(func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) })},
	{name: "pareto1.5", values: alike(func(r *rand.Rand) float64 { return math.Pow(1-r.Float64(), -1/1.5) })},
	{name: "ar0.95", values: autoregressive(0.95)},
	{name: "walk", values: autoregressive(1)},
	{name: "daily", values: seasonal(dayValues)},
	{name: "weekly", values: seasonal(weekValues)},
	{name: "trend", values: trend},
	{name: "sawtooth", values: sawtooth},
	{name: "on-off", values: onOff},
	{name: "poisson0.5", count: true, values: alike(func(r *rand.Rand) float64 { return poissonOf(r, 0.5) })},
	{name: "integers", count: true, quantum: 1, values: integers},
	{name: "counter", count: true, quantum: 1, values: counted},
	{name: "constant", values: alike(func(*rand.Rand) float64 { return 1 })},
}

// regular streams move without chance, or hardly at all. They are no part of the
// comparison, since equal sizes have no rank; what is said of them is told.
var regular = []shape{
	{name: "alternating", count: true, values: steadily(func(i int) float64 { return 100 + float64(i%2) })},
	{name: "square, 6 h", count: true, values: steadily(func(i int) float64 { return float64(i / 180 % 2) })},
	{name: "one in 50", count: true, quantum: 1, values: steadily(func(i int) float64 { return math.Floor(1 - float64(i%50)/50) })},
	{name: "hourly peak", count: true, values: func(r *rand.Rand) func(int) float64 {
		return func(i int) float64 { return 20 + 40*math.Floor(1-float64(i%60/3)/20) + 2*r.NormFloat64() }
	}},
	{name: "ramp", count: true, values: steadily(func(i int) float64 { return float64(i) })},
	{name: "smooth counter", count: true, quantum: 1, values: alike(func(r *rand.Rand) float64 { return 1000 + 5*r.NormFloat64() })},
	{name: "now and then", count: true, values: alike(func(r *rand.Rand) float64 { return math.Floor(r.Float64() * 1.001) })},
}

func steadily(value func(i int) float64) func(*rand.Rand) func(int) float64 {
	return func(*rand.Rand) func(int) float64 { return value }
}

// stream is a healthy series as a detector gets it.
type stream struct {
	shape shape
	begin int64
	next  func(i int) float64
}

// newStream makes the k-th series of a shape, which is always the same one.
func newStream(s shape, k int) stream {
	h := fnv.New64a()
	h.Write([]byte(s.name))
	r := rand.New(rand.NewPCG(h.Sum64(), uint64(k)))
	scale, origin := 1.0, 0.0
	if !s.count {
		scale = math.Pow(10, 3*r.Float64()-1)
		origin = scale * 20 * r.Float64()
	}
	begin := int64(1.7e18) + r.Int64N(weekValues)*every
	value := s.values(r)
	return stream{shape: s, begin: begin, next: func(i int) float64 { return origin + scale*value(i) }}
}

// at returns the i-th sample; they are drawn in order.
func (s *stream) at(i int) detector.Sample {
	return detector.Sample{Time: s.begin + int64(i)*every, Value: s.next(i), Quantum: s.shape.quantum}
}

// alike draws every value from the same distribution.
func alike(draw func(*rand.Rand) float64) func(*rand.Rand) func(int) float64 {
	return func(r *rand.Rand) func(int) float64 {
		return func(int) float64 { return draw(r) }
	}
}

func studentT3(r *rand.Rand) float64 {
	squares := 0.0
	for range 3 {
		x := r.NormFloat64()
		squares += x * x
	}
	return r.NormFloat64() / math.Sqrt(squares/3)
}

func autoregressive(phi float64) func(*rand.Rand) func(int) float64 {
	return func(r *rand.Rand) func(int) float64 {
		x := 0.0
		return func(int) float64 {
			x = phi*x + r.NormFloat64()
			return x
		}
	}
}

// seasonal swings by five deviations of its noise.
func seasonal(period int) func(*rand.Rand) func(int) float64 {
	return func(r *rand.Rand) func(int) float64 {
		from := r.IntN(period)
		return func(i int) float64 {
			return 5*math.Sin(2*math.Pi*float64(i+from)/float64(period)) + r.NormFloat64()
		}
	}
}

// trend climbs by a deviation of its noise in a few hundred values.
func trend(r *rand.Rand) func(int) float64 {
	slope := 1 / (200 + 800*r.Float64())
	return func(i int) float64 { return slope*float64(i) + r.NormFloat64() }
}

// sawtooth fills up and is emptied, as a queue or a heap is.
func sawtooth(r *rand.Rand) func(int) float64 {
	period := 40 + r.IntN(200)
	return func(i int) float64 { return 10*float64(i%period)/float64(period) + r.NormFloat64() }
}

// onOff has two levels, each held for some hours.
func onOff(r *rand.Rand) func(int) float64 {
	on := false
	return func(int) float64 {
		mean := 240.0
		if on {
			mean = 120
		}
		if r.Float64() < 1/mean {
			on = !on
		}
		if on {
			return 1 + 0.05*r.NormFloat64()
		}
		return 0.05 * r.NormFloat64()
	}
}

// integers are a gauge of few different values, such as a number of threads.
func integers(r *rand.Rand) func(int) float64 {
	mean, wide := 5+95*r.Float64(), 0.5+4*r.Float64()
	return func(int) float64 { return math.Round(mean + wide*r.NormFloat64()) }
}

// counted are the increases of a counter that never restarts.
func counted(r *rand.Rand) func(int) float64 {
	mean := math.Exp(math.Log(50) * r.Float64())
	return func(int) float64 { return poissonOf(r, mean) }
}

// poissonOf multiplies uniform numbers (Knuth).
func poissonOf(r *rand.Rand, mean float64) float64 {
	n, p := 0.0, r.Float64()
	for limit := math.Exp(-mean); p > limit; n++ {
		p *= r.Float64()
	}
	return n
}

package detector

import "math"

// Past is what calibrates a series: which values it has, how it moves, and the
// strangest it did so far. It is counted in values, not in seconds, since a
// promise such as "one alarm in 10⁴ values" is about values.
//
// Each [Channel] turns a value into a size, and keeps the largest sizes of the
// last 10⁴ values, one an event (peaks). How many of them are at least as large
// as the new one is how often to expect it. The least expected channel counts;
// what that is worth is learnt again from the series' own history of it (alarms),
// which makes one threshold mean the same for every series. A usual value touches
// the first fields only: what is strange lies in memory of its own.
type Past struct {
	Middle  float64 // running median
	Prev    float64 // the last value
	Over    uint32  // N when the last anomaly ended; 0: there was none
	N       uint32  // values seen
	Above   float32 // from the median to the 84 % quantile
	Below   float32 // from the 16 % quantile to the median
	Move    float32 // typical distance of two values in a row
	Lately  float32 // the same over the last values
	Unrest  float32 // typical log ratio of the two
	Shift   float32 // mean of the last places, see place
	Shifts  float32 // typical size of it
	Novelty float32 // values where no value was before, faded
	Visited uint64  // bins of the present block
	Before  uint64  // and of the one before
	Bars    [4]bar
	Still   uint16 // equal values in a row
	Block   uint8  // number of the present block, around the clock
	Isolate uint8  // the block of the last value far from all others
	Visits  [bins]uint8
	Peaks   [4]peaks // of distance, shift, motion and flat; see peakOf
	Alarms  alarms
}

const (
	memory  = 10_000 // values that are remembered
	block   = 40     // values that are one event
	memoryB = memory / block
	warm    = 32 // values before anything is judged

	fastMove = 1.0 / 16
	fastMean = 1.0 / 32
	slow     = 0.001 // of what is typical
	quantile = 0.005 // step of the quantiles, in spreads
	quiet    = 12.0  // events of a size in the memory; what is more usual is none
	maxPlace = 4     // of one value in a mean
	maxStill = 100   // longer without movement is no news
	maxSeen  = 2e9   // values counted; half of them are whole memories
)

// observe judges a value by each channel, and learns it. z is its distance from
// the mean in deviations, floor the smallest distance that can be told from
// none; a value of an anomaly that is open is looked at by all channels. It
// returns the chance.
func (p *Past) observe(x, z, floor float64, day *Day, now int64, ignore ChannelSet, open bool, o *observation) float64 {
	if p.N++; p.N >= maxSeen { // at one value a millisecond after weeks
		p.N -= maxSeen / 2
	}
	if p.N == 1 {
		p.Middle, p.Prev = x, x
		return 1
	}
	n := float64(p.N)
	o.favourable = 1
	if p.N%block == 0 {
		p.turn(day)
	}
	p.measure(x, z, floor, open, o)
	if day != nil {
		o.size[ChannelDay] = float32(day.size(o.place, now))
		if !day.judges(now) {
			ignore = ignore.With(ChannelDay)
		}
	}
	chance, judged := 1.0, p.N > warm && !(o.jump == 0 && p.still())
	if open || (judged && !p.usual(o, day)) {
		chance = p.look(n, ignore, judged, day, o)
	} else if judged {
		p.visit(o.bin, 1)
	}
	p.learn(x, floor, o)
	if day != nil {
		day.learn(o.place, now)
	}
	return chance
}

// learn moves what is typical towards the value.
func (p *Past) learn(x, floor float64, o *observation) {
	rate := pace(p.N, slow)
	jump := math.Abs(o.jump)
	move := float64(p.Move)
	if p.N >= 20 {
		jump = min(jump, 5*max(move, floor))
	}
	p.Move += float32(rate * (jump - move))
	follow(&p.Shifts, math.Abs(float64(p.Shift)), rate, p.N)
	if p.N%motionEvery == 0 {
		follow(&p.Unrest, math.Abs(o.unrest), min(1, motionEvery*rate), p.N)
	}
	p.Prev = x
	p.quantiles(x)
}

// follow learns a typical size, of which a single outlier is clipped.
func follow(typical *float32, size, rate float64, n uint32) {
	if n >= 100 {
		size = min(size, 3*float64(*typical)+1e-3)
	}
	*typical += float32(rate * (size - float64(*typical)))
}

// quantiles moves the median and the two that lie one deviation from it in a
// normal distribution, by stochastic approximation (Robbins and Monro 1951).
func (p *Past) quantiles(x float64) {
	if p.N < 20 { // plain mean and mean distance, for a start
		n := float64(p.N)
		d := x - p.Middle
		p.Middle += d / n
		spread := float32(1.25 * math.Abs(d))
		p.Above += (spread - p.Above) / float32(n)
		p.Below = p.Above
		return
	}
	spread := max(float64(p.Above+p.Below), float64(p.Move))
	step := pace(p.N/2, quantile) * spread
	high, low := p.Middle+float64(p.Above), p.Middle-float64(p.Below)
	nudge(&high, x, 0.84, step)
	nudge(&p.Middle, x, 0.5, step)
	nudge(&low, x, 0.16, step)
	p.Above = float32(max(0, high-p.Middle))
	p.Below = float32(max(0, p.Middle-low))
}

func nudge(q *float64, x, share, step float64) {
	if x > *q {
		*q += share * step
	} else if x < *q {
		*q -= (1 - share) * step
	}
}

// turn begins a new block.
func (p *Past) turn(day *Day) {
	p.Block++
	if p.Block%episode == 0 {
		p.again()
	}
	p.Visited = 0
	for i := range p.Peaks {
		p.Peaks[i].expire(p.Block)
		p.Bars[i] = p.Peaks[i].bar(p.N)
	}
	if day != nil {
		day.Peaks.expire(p.Block)
		day.Bar = day.Peaks.bar(p.N)
	}
	p.Alarms.expire(p.Block)
	p.Novelty *= float32(math.Pow(1-1/(1+float64(p.N)/block), novel))
	p.fade()
}

// pace is the share of a new value in a mean of n so far: all count alike at first.
func pace(n uint32, least float64) float64 {
	if float64(n)*least >= 1 {
		return least
	}
	return 1 / float64(n)
}

func clamp(x, limit float64) float64 { return max(-limit, min(limit, x)) }

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
	Middle  float64   // running median
	Prev    float64   // the last value
	Over    uint32    // N when the last anomaly ended; 0: there was none
	N       uint32    // values seen
	Above   float32   // from the median to the 84 % quantile
	Below   float32   // from the 16 % quantile to the median
	Move    float32   // typical distance of two values in a row
	Lately  float32   // the same over the last values
	Unrest  float32   // typical log ratio of the two
	Shift   float32   // mean of the last places, see place
	Shifts  float32   // typical size of it
	Novelty float32   // values where no value was before, faded
	Visited uint64    // bins of the present block
	Bars    [5]uint16 // what a peak has to be above
	Still   uint16    // equal values in a row
	Block   uint8     // number of the present block, around the clock
	Isolate uint8     // the block of the last value far from all others
	Visits  [bins]uint8
	Peaks   [5]peaks // by channel, from ChannelDistance without ChannelRarity
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

// place says where a value lies, in spreads from the median, which are not the
// same upwards and downwards.
func (p *Past) place(x, floor float64) float64 {
	d := x - p.Middle
	wide := 0.1 * float64(p.Above+p.Below)
	if d > 0 {
		return d / max(float64(p.Above), wide, floor)
	}
	return d / max(float64(p.Below), wide, floor)
}

// observation is what the channels make of one value.
type observation struct {
	place, jump, shift float64
	unrest             float64 // log ratio of recent and usual movement
	bin                int
	size               [channels]float64
	expect             [channels]float64 // events as strange in the memory
	prior              [channels]float64 // the part of it that needs no history
	least              float64
	channel            Channel
}

// observe judges a value by each channel, and learns it. z is its distance from
// the mean in deviations, floor the smallest distance that can be told from
// none. It returns the chance.
func (p *Past) observe(x, z, floor float64, day *Day, now int64, ignore ChannelSet, o *observation) float64 {
	if p.N++; p.N >= maxSeen { // at one value a millisecond after weeks
		p.N -= maxSeen / 2
	}
	if p.N == 1 {
		p.Middle, p.Prev = x, x
		return 1
	}
	n := float64(p.N)
	if p.N%block == 0 {
		p.turn()
	}
	p.measure(x, z, floor, n, o)
	var strange float64
	if day != nil {
		strange = day.size(o.place, now)
		o.size[ChannelDay] = strange
	}
	p.expectations(n, ignore, o)
	chance := 1.0
	if p.N > warm && !(o.jump == 0 && p.still(n)) {
		chance = p.Alarms.chance(o.least, n, p.Block)
		p.remember(o)
	}
	p.learn(x, floor, n, o)
	if day != nil {
		day.learn(o.place, now)
	}
	return chance
}

// measure fills in the sizes.
func (p *Past) measure(x, z, floor, n float64, o *observation) {
	o.place = p.place(x, floor)
	u := clamp(o.place, maxPlace)
	o.jump = x - p.Prev
	move := max(float64(p.Move), floor)
	p.Lately += float32(max(1/n, fastMove) * (min(math.Abs(o.jump), 6*move) - float64(p.Lately)))
	p.Shift += float32((u - float64(p.Shift)) * fastMean)
	if o.jump == 0 {
		p.Still++
		p.Still = min(p.Still, 1<<15)
	} else {
		p.Still = 0
	}
	o.shift = float64(p.Shift)
	o.bin = binOf(o.place)
	o.size[ChannelDistance] = math.Abs(z)
	o.size[ChannelShift] = 0.8 * math.Abs(float64(p.Shift)) / (float64(p.Shifts) + 1e-3)
	o.unrest = 0
	if float64(p.Move) > floor {
		o.unrest = fastLog((float64(p.Lately) + 1e-3*move) / move)
	}
	o.size[ChannelMotion] = 0.8 * math.Abs(o.unrest) / (float64(p.Unrest) + 0.05)
	o.size[ChannelFlat] = float64(p.Still)
	o.size[ChannelDay] = 0
}

// expectations fills in how often each size is to be expected.
func (p *Past) expectations(n float64, ignore ChannelSet, o *observation) {
	o.least, o.channel = math.Inf(1), ChannelNone
	for c := ChannelDistance; c < channels; c++ {
		e := math.Inf(1)
		switch {
		case ignore.has(c):
			o.prior[c] = 1
		case c == ChannelRarity:
			e = p.rarity(o, n)
		case c == ChannelFlat && (p.Still < 2 || p.still(n)):
		case c == ChannelDay && o.size[c] == 0:
		default:
			i := peakOf(c)
			e = p.Peaks[i].expect(o.size[c], p.Block, p.Bars[i], &o.prior[c])
		}
		o.expect[c] = e
		if e < o.least {
			o.least, o.channel = e, c
		}
	}
}

// still reports whether the series stands for so long that it is no news.
func (p *Past) still(n float64) bool {
	return p.Still > maxStill || float64(p.Still) > n/4
}

// peakOf is the place of a channel in Past.Peaks.
func peakOf(c Channel) int {
	if c > ChannelRarity {
		return int(c) - 2
	}
	return 0
}

// remember keeps what may be among the strangest.
func (p *Past) remember(o *observation) {
	for c := ChannelDistance; c < channels; c++ {
		if c != ChannelRarity && (c != ChannelDay || o.size[c] > 0) {
			if i := peakOf(c); codeOf(o.size[c]) > p.Bars[i] {
				p.Bars[i] = p.Peaks[i].add(o.size[c], o.prior[c], p.N, p.Block)
			}
		}
	}
	p.visit(o)
	p.Alarms.add(o.least, float64(p.N), p.Block)
}

// learn moves what is typical towards the value.
func (p *Past) learn(x, floor, n float64, o *observation) {
	rate := max(1/n, slow)
	jump := math.Abs(o.jump)
	move := float64(p.Move)
	if p.N >= 20 {
		jump = min(jump, 5*max(move, floor))
	}
	p.Move += float32(rate * (jump - move))
	follow(&p.Shifts, math.Abs(float64(p.Shift)), rate, p.N)
	follow(&p.Unrest, math.Abs(o.unrest), rate, p.N)
	p.Prev = x
	p.quantiles(x, n)
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
func (p *Past) quantiles(x, n float64) {
	if p.N < 20 { // plain mean and mean distance, for a start
		d := x - p.Middle
		p.Middle += d / n
		spread := float32(1.25 * math.Abs(d))
		p.Above += (spread - p.Above) / float32(n)
		p.Below = p.Above
		return
	}
	spread := max(float64(p.Above+p.Below), float64(p.Move))
	step := max(2/n, quantile) * spread
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
func (p *Past) turn() {
	p.Block++
	p.Visited = 0
	for i := range p.Peaks {
		p.Peaks[i].expire(p.Block)
		p.Bars[i] = p.Peaks[i].bar(p.N)
	}
	p.Alarms.expire(p.Block)
	p.Novelty *= float32(math.Pow(1-1/(1+float64(p.N)/block), novel))
	p.fade()
}

func clamp(x, limit float64) float64 { return max(-limit, min(limit, x)) }

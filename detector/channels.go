package detector

import "math"

// observation is what the channels make of one value.
type observation struct {
	place, jump, shift float64
	unrest             float64 // log ratio of recent and usual movement
	bin                int
	size               [channels]float32
	channel            Channel    // the least expected
	favourable         float64    // the chance if a young series has the benefit of every doubt
	strange            ChannelSet // channels that expect it less than quiet times
}

// place says where a value lies, in spreads from the median, which are not the
// same upwards and downwards.
func (p *Past) place(x, floor float64) float64 {
	d := x - p.Middle
	spread := p.Above
	if d < 0 {
		spread = p.Below
	}
	return d / max(float64(spread), 0.1*float64(p.Above+p.Below), floor)
}

// motionEvery is how many values it takes for recent movement to be another; it
// is a mean over some 16 of them.
const motionEvery = 4

// measure fills in the sizes.
func (p *Past) measure(x, z, floor float64, open bool, o *observation) {
	o.place = p.place(x, floor)
	o.bin = binOf(o.place)
	o.jump = x - p.Prev
	if o.jump == 0 {
		p.Still = min(p.Still+1, 1<<15)
	} else {
		p.Still = 0
	}
	move := max(float64(p.Move), floor)
	p.Lately += float32(pace(p.N, fastMove) * (min(math.Abs(o.jump), 6*move) - float64(p.Lately)))
	p.Shift += float32((clamp(o.place, maxPlace) - float64(p.Shift)) * fastMean)
	o.shift = float64(p.Shift)
	if (open || p.N%motionEvery == 0) && float64(p.Move) > floor {
		o.unrest = fastLog(float64(p.Lately)/move + 1e-3)
		o.size[ChannelMotion] = 0.8 * float32(math.Abs(o.unrest)) / (p.Unrest + 0.05)
	}
	o.size[ChannelDistance] = float32(math.Abs(z))
	o.size[ChannelShift] = 0.8 * float32(math.Abs(o.shift)) / (p.Shifts + 1e-3)
	o.size[ChannelFlat] = float32(p.Still)
}

// still reports whether the series stands for so long that it is no news.
func (p *Past) still() bool { return p.Still > maxStill || uint32(p.Still) > p.N/4 }

// usual reports whether no channel has anything to say: nearly all values are,
// and need not be looked up.
func (p *Past) usual(o *observation, day *Day) bool {
	return p.Visits[o.bin] >= common &&
		p.usualSize(o, ChannelDistance) && p.usualSize(o, ChannelShift) && p.usualSize(o, ChannelMotion) &&
		p.usualSize(o, ChannelFlat) && (day == nil || codeOf(o.size[ChannelDay]) <= day.Bar.usual)
}

func (p *Past) usualSize(o *observation, c Channel) bool {
	return codeOf(o.size[c]) <= p.Bars[peakOf(c)].usual
}

// peakOf is the place of a channel in Past.Peaks.
func peakOf(c Channel) int {
	if c > ChannelRarity {
		return int(c) - 2
	}
	return 0
}

// peaks returns the largest sizes of a channel; nil for one that has none.
func (p *Past) peaks(c Channel, day *Day) (*peaks, *bar) {
	switch {
	case c == ChannelRarity, c == ChannelDay && day == nil:
		return nil, nil
	case c == ChannelDay:
		return &day.Peaks, &day.Bar
	}
	return &p.Peaks[peakOf(c)], &p.Bars[peakOf(c)]
}

// look asks each channel how often the value is to be expected, says how likely
// the least of that is, and keeps what may be among the strangest.
func (p *Past) look(n float64, ignore ChannelSet, judged bool, day *Day, o *observation) float64 {
	var prior [channels]float64 // the part of an expectation that needs no history
	least := math.Inf(1)
	for c := ChannelDistance; c < channels; c++ {
		e := math.Inf(1)
		prior[c] = 1
		switch {
		case ignore.has(c):
		case c == ChannelRarity:
			e = p.rarity(o.bin, &prior[c])
		case c == ChannelFlat && p.Still < 2:
			prior[c] = 0 // a standstill while they are rare is no excuse for the next one
		case c == ChannelFlat && p.still():
		default:
			if k, bar := p.peaks(c, day); k != nil {
				e = k.expect(o.size[c], p.Block, *bar, &prior[c])
			}
		}
		if e < quiet {
			o.strange = o.strange.With(c)
		}
		if e < least {
			least, o.channel = e, c
		}
	}
	if !judged {
		return 1
	}
	chance, favourable := p.Alarms.chance(least, n, p.Block)
	o.favourable = favourable
	for c := ChannelDistance; c < channels; c++ {
		if k, bar := p.peaks(c, day); k != nil && codeOf(o.size[c]) > bar.keep {
			*bar = k.add(o.size[c], prior[c], p.N, p.Block)
		}
	}
	p.visit(o.bin, prior[ChannelRarity])
	p.Alarms.add(least, n, p.Block)
	return min(1, chance+doubt(n))
}

// doubt is the least chance that a past of n values can vouch for: one in ten
// times n, until its memory is full.
func doubt(n float64) float64 { return max(0, 1-n/memory) / (10 * n) }

package detector

import "math"

// Rarity asks how often the series was where it is now. The places are counted
// in bins whose width grows with the distance from the median, once in a block:
// an hour at a new place is one visit, not a thousand.

const (
	bins     = 52 // even; half of them each side of the median
	perOct   = 6  // bins to a doubling of 1 + |place|
	visit    = 32 // a whole visit, in Visits
	maxCount = 255
	novel    = 4    // power of time with which novelty fades
	apart    = 0.05 // expectation of a place next to the known ones, falling with the gap
)

// binOf returns the bin of a place.
func binOf(place float64) int {
	oct := int(math.Float32bits(float32(1+min(math.Abs(place), 1e6)))-math.Float32bits(1)) * perOct >> 23
	oct = min(oct, bins/2-1)
	if place < 0 {
		return bins/2 - 1 - oct
	}
	return bins/2 + oct
}

// rarity returns how many visits went to places as seldom visited as this one.
func (p *Past) rarity(o *observation, n float64) float64 {
	b := o.bin
	here := p.Visits[b]
	if b > 0 {
		here = max(here, p.Visits[b-1]/2)
	}
	if b < bins-1 {
		here = max(here, p.Visits[b+1]/2)
	}
	o.prior[ChannelRarity] = 1
	if here >= 7*visit || p.N < block {
		return math.Inf(1)
	}
	var visits uint
	gap := 0
	for i, v := range p.Visits {
		if v <= here {
			visits += uint(v)
		} else if d := abs(i - b); gap == 0 || d < gap {
			gap = d
		}
	}
	prior := math.Ldexp(apart+float64(p.Novelty), -gap)
	o.prior[ChannelRarity] = prior
	return float64(visits)/visit + prior
}

// visit counts the value's place, once in a block.
func (p *Past) visit(o *observation) {
	bit := uint64(1) << o.bin
	if p.Visited&bit != 0 {
		return
	}
	p.Visited |= bit
	weight := 1.0
	if p.Visits[o.bin] < 3*visit {
		weight = weightOf(o.prior[ChannelRarity])
	}
	if weight < 0.5 { // far from the others: one episode is one visit
		if p.Block-p.Isolate < 4 {
			weight *= 0.1
		} else {
			p.Isolate = p.Block
		}
	}
	if p.Visits[o.bin] == 0 {
		p.Novelty += float32(weight)
	}
	if p.Visits[o.bin] = uint8(min(maxCount, math.Round(float64(p.Visits[o.bin])+weight*visit))); p.Visits[o.bin] == 0 {
		p.Visits[o.bin] = 1
	}
}

// fade forgets a fifth of the visits of two bins, one each side of the median and
// other ones in each block, so that they are not all forgotten at once. A bin's
// turn comes every 2080 values.
func (p *Past) fade() {
	turn := p.N / block % bins
	if turn%2 == 1 {
		return
	}
	i := turn / 2
	for _, v := range []*uint8{&p.Visits[bins/2-1-i], &p.Visits[bins/2+i]} {
		*v = uint8(uint(*v) * 13 / 16)
	}
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}

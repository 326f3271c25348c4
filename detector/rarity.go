package detector

import (
	"math"
	"math/bits"
)

// Rarity asks how often the series was where it is now. The places are counted
// in bins whose width grows with the distance from the median, once in a block:
// an hour at a new place is one visit, not a thousand.

const (
	bins     = 52 // even; half of them each side of the median
	allBins  = 1<<bins - 1
	perOct   = 6  // bins to a doubling of 1 + |place|
	visit    = 32 // a whole visit, in Visits
	maxCount = 255
	common   = 7 * visit
	episode  = 4    // blocks
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
// prior is the part of it that needs no history.
func (p *Past) rarity(b int, prior *float64) float64 {
	here := p.Visits[b]
	if b > 0 {
		here = max(here, p.Visits[b-1]/2)
	}
	if b < bins-1 {
		here = max(here, p.Visits[b+1]/2)
	}
	if here >= common || p.N < block {
		return math.Inf(1)
	}
	visits := 0
	for _, v := range p.Visits {
		more := (int(here) - int(v)) >> 8 // −1 if that place was visited more
		visits += int(v) &^ more
	}
	*prior = math.Ldexp(apart+float64(p.Novelty), -p.gap(b, here))
	return float64(visits)/visit + *prior
}

// gap returns how many bins away the series was more often; 0 if nowhere.
func (p *Past) gap(b int, here uint8) int {
	for d := 1; d < bins; d++ {
		if (b >= d && p.Visits[b-d] > here) || (b+d < bins && p.Visits[b+d] > here) {
			return d
		}
	}
	return 0
}

// visit counts a place, once in a block.
func (p *Past) visit(b int, prior float64) {
	if bit := uint64(1) << b; p.Visited&bit == 0 {
		p.Visited |= bit
		p.count(b, prior)
	}
}

func (p *Past) count(b int, prior float64) {
	v := &p.Visits[b]
	weight := 1.0
	if *v < 3*visit {
		weight = weightOf(prior)
	}
	if weight < 0.5 { // far from the others: one episode is one visit
		if p.Block-p.Isolate < episode {
			weight *= 0.1
		} else {
			p.Isolate = p.Block
		}
	}
	if *v == 0 {
		p.Novelty += float32(weight)
	}
	*v = max(1, uint8(min(maxCount, math.Round(float64(*v)+weight*visit))))
}

// again counts in full the places where the series was in this block and in one
// an episode ago, if it was at a usual place in both as well: it comes and goes
// there, while in an outage it stays, or is soon back.
func (p *Past) again() {
	usual := false
	for m := p.Visited; m != 0 && !usual; m &= m - 1 {
		usual = p.Visits[bits.TrailingZeros64(m)] >= visit
	}
	if !usual {
		p.Before = 0
		return
	}
	for m := p.Visited & p.Before; m != 0; m &= m - 1 {
		if v := &p.Visits[bits.TrailingZeros64(m)]; *v < 3*visit {
			*v += visit
		}
	}
	p.Before = p.Visited
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

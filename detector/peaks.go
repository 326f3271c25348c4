package detector

import "math"

// peaks are the largest sizes of a channel in the memory, one an event. Sizes
// are kept as the upper bits of a float32, which grow with the size.
type peaks struct {
	size   [kept]uint16
	block  [kept]uint8
	weight [kept]uint8 // of 200
	n      uint8
}

const (
	kept       = 6
	wholePeak  = 200
	octave     = 256 // of a coded size
	near       = 4   // a hundredth less is as large
	steep      = 30  // a size beyond all others counts as its distance to this power
	usual      = 6   // a size below all others, likewise
	priorCount = 4   // of the prior, at size 0
)

func codeOf(size float32) uint16 { return uint16(math.Float32bits(size) >> 15) }

// expect returns how many events of the size are to be expected in the memory:
// those that were, and a prior that falls like Student's t with three degrees of
// freedom, so that size counts beyond all history as well.
func (k *peaks) expect(f float32, now uint8, bar bar, prior *float64) float64 {
	code := codeOf(f)
	if code <= bar.usual {
		return math.Inf(1) // nothing of it is never strange
	}
	least := bar.keep
	if least == 0 {
		least = k.least()
	}
	if code+near < least {
		d := int(least - code)
		if d >= len(usualness) {
			return math.Inf(1)
		}
		return float64(k.n) * float64(usualness[d])
	}
	*prior = priorOf(f)
	sum := 0
	for i := range k.n {
		if now-k.block[i] <= 1 { // the same event
			continue
		}
		switch d := int(code) - near - int(k.size[i]); {
		case d <= 0:
			sum += int(k.weight[i])
		case d < len(steepness):
			sum += int(k.weight[i]) * int(steepness[d]) >> 8
		}
	}
	return float64(sum)/wholePeak + *prior
}

// steepness[d] is (v/f)^steep for sizes d codes apart, of 256.
var steepness = func() (t [64]uint16) {
	for d := range t {
		t[d] = uint16(math.Round(256 * math.Exp2(-steep*float64(d)/octave)))
	}
	return t
}()

// usualness[d] is the same for sizes below all others, up to twice quiet.
var usualness = func() (t [86]float32) {
	for d := range t {
		t[d] = float32(math.Exp2(usual * float64(d) / octave))
	}
	return t
}()

// least returns the least size, 0 until there are enough to say what is usual.
func (k *peaks) least() uint16 {
	if k.n < kept/2 {
		return 0
	}
	low := k.size[0]
	for i := uint8(1); i < k.n; i++ {
		low = min(low, k.size[i])
	}
	return low
}

// bar is what the past keeps of the peaks, so that a usual value never touches them.
type bar struct {
	keep  uint16 // a size above it is kept; 0 while there is room
	usual uint16 // a size up to it is expected all the time
}

func (k *peaks) bar(n uint32) bar {
	if k.n < kept && (k.n <= kept/2 || n <= memory) {
		return bar{}
	}
	low := k.least()
	if high, ok := k.again(); ok {
		return bar{low, high}
	}
	return bar{low, max(low, near+uint16(len(usualness))) - near - uint16(len(usualness))}
}

// again reports whether all that are kept are of one size, up to high: it comes
// again and again.
func (k *peaks) again() (high uint16, ok bool) {
	low := uint16(math.MaxUint16)
	for i := range k.n {
		low, high = min(low, k.size[i]), max(high, k.size[i])
	}
	return high, k.n == kept && high-low <= near
}

// often reports whether events of the size were seen so many times in the memory.
func (k *peaks) often(size float32, times int) bool {
	code := codeOf(size)
	for i := range k.n {
		if k.size[i]+near >= code {
			times--
		}
	}
	return times <= 0
}

// add keeps a size if it is among the largest, and returns the bar for the next.
func (k *peaks) add(size float32, prior float64, n uint32, now uint8) bar {
	k.keep(codeOf(size), peakWeight(size, prior), k.bar(n).keep > 0, now)
	return k.bar(n)
}

func (k *peaks) keep(code uint16, weight uint8, full bool, now uint8) {
	for i := range k.n {
		if now-k.block[i] <= 1 { // the event goes on
			if code > k.size[i] {
				k.size[i], k.block[i] = code, now
				k.weight[i] = min(k.weight[i], weight)
			}
			return
		}
	}
	at := k.n
	if full {
		at = 0
		for i := uint8(1); i < k.n; i++ {
			if k.size[i] < k.size[at] {
				at = i
			}
		}
		if code <= k.size[at] {
			return
		}
	}
	if k.n < kept {
		at = k.n
		k.n++
	}
	k.size[at], k.block[at], k.weight[at] = code, now, weight
}

func peakWeight(size float32, prior float64) uint8 {
	if prior == 1 {
		prior = priorOf(size)
	}
	return uint8(math.Ceil(wholePeak * weightOf(prior)))
}

// priorOf is how often a size is to be expected without any history: it falls
// like Student's t with three degrees of freedom.
func priorOf(size float32) float64 {
	q := 1 + float64(size)*float64(size)/3
	return priorCount / (q * math.Sqrt(q))
}

// weightOf is how much an event says about what is normal: the further it lies
// beyond what is usual, the less. So the third outage is reported like the
// first, and what heavy tails bring again and again is not.
func weightOf(prior float64) float64 { return min(1, math.Sqrt(prior), 100*prior) }

// expire drops what is older than the memory.
func (k *peaks) expire(now uint8) {
	for i := uint8(0); i < k.n; {
		if now-k.block[i] <= memoryB {
			i++
			continue
		}
		k.n--
		k.size[i], k.block[i], k.weight[i] = k.size[k.n], k.block[k.n], k.weight[k.n]
	}
}

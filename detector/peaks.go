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

func codeOf(size float64) uint16 { return uint16(math.Float32bits(float32(max(size, 0))) >> 15) }

// expect returns how many events of the size are to be expected in the memory:
// those that were, and a prior that falls like Student's t with three degrees of
// freedom, so that size counts beyond all history as well.
func (k *peaks) expect(size float64, now uint8, bar uint16, prior *float64) float64 {
	*prior = 1
	code := codeOf(size)
	if code == 0 {
		return math.Inf(1) // nothing of it is never strange
	}
	if bar == 0 {
		bar = k.least()
	}
	if code+near < bar {
		d := int(bar - code)
		if d >= len(usualness) {
			return math.Inf(1)
		}
		return float64(k.n) * float64(usualness[d])
	}
	q := 1 + size*size/3
	*prior = priorCount / (q * math.Sqrt(q))
	sum := 0
	low, high := uint16(math.MaxUint16), uint16(0)
	for i := range k.n {
		low, high = min(low, k.size[i]), max(high, k.size[i])
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
	if k.n == kept && high-low <= near && code <= high {
		return math.Inf(1) // all that are kept are of this size: it comes again and again
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

// bar returns the size that one has to be above to be kept, 0 while there is
// room. The past keeps it, so that a usual value never touches the peaks.
func (k *peaks) bar(n uint32) uint16 {
	if k.n == kept || (k.n > kept/2 && n > memory) {
		return k.least()
	}
	return 0
}

// often reports whether events of the size were seen so many times in the memory.
func (k *peaks) often(size float64, times int) bool {
	code := codeOf(size)
	for i := range k.n {
		if k.size[i]+near >= code {
			times--
		}
	}
	return times <= 0
}

// add keeps a size if it is among the largest, and returns the bar for the next.
func (k *peaks) add(size, prior float64, n uint32, now uint8) uint16 {
	k.keep(codeOf(size), size, prior, k.bar(n) > 0, now)
	return k.bar(n)
}

func (k *peaks) keep(code uint16, size, prior float64, full bool, now uint8) {
	for i := range k.n {
		if now-k.block[i] <= 1 { // the event goes on
			if code > k.size[i] {
				k.size[i], k.block[i] = code, now
				k.weight[i] = min(k.weight[i], peakWeight(size, prior))
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
	k.size[at], k.block[at], k.weight[at] = code, now, peakWeight(size, prior)
}

func peakWeight(size, prior float64) uint8 {
	if prior == 1 {
		q := 1 + size*size/3
		prior = priorCount / (q * math.Sqrt(q))
	}
	return uint8(math.Ceil(wholePeak * weightOf(prior)))
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

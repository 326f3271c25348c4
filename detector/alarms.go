package detector

import "math"

// alarms are the strangest events of the series by its least expected channel,
// whichever that was. A new value's rank among them is its chance: so all
// series alarm equally often, whatever their shape, and however many channels
// apply to them.
type alarms struct {
	size  [alarmsKept]uint16
	block [alarmsKept]uint8
	n     uint8
}

// benefit and what follows were weighed on null streams and injected events
// (test/eval): more of it finds the fourth equal event and floods young series.
const (
	alarmsKept = 12
	nat        = 1024 // of a coded size
	benefit    = 4.5  // events far beyond all others that do not count at first
	benefitAt  = 1500 // values after which all of them do not
	isolated   = 0.1  // expectation of an event that has the benefit
	// By the least of several expectations alone an event comes so many times more
	// often than it says, measured on null streams. That bounds what the benefit can
	// make of it, until the ranks of a whole memory decide.
	underrated = 15
	rankBias   = 1.45 // what the smoothing of ranks adds to them
	tiny       = 1e-12
	ordinary   = 4   // channels that a value is measured by, about
	correction = 1.3 // of the rest of it, measured on null streams
)

// chance returns the probability that a value is as strange, per value. least is
// its expectation by the least expected channel, n the number of values. While a
// series is young, favourable is what it would be were the benefit not bounded.
func (a *alarms) chance(least, n float64, now uint8) (chance, favourable float64) {
	values := min(n, memory)
	if least > quiet { // as strange as that is one value in some hundreds
		chance = min(1, ordinary*least/values)
		return chance, chance
	}
	size := math.Log(values / least)
	rank := a.rank(size, now)
	youth := max(0, 1-n/memory)
	free := benefit * min(1, n/benefitAt) * youth / (1 + least*least/(isolated*isolated))
	of := func(bound float64) float64 { return min(1, correction*max(bound, rank-free, tiny)/values) }
	return of(underrated * least * min(1, 10*youth)), of(least * youth)
}

// rank returns how many events in the memory were as strange.
func (a *alarms) rank(size float64, now uint8) float64 {
	if a.n == 0 {
		return 1
	}
	most, least, sum := 0.0, math.Inf(1), 0.0
	for i := range a.n {
		s := float64(a.size[i]) / nat
		most, least, sum = max(most, s), min(least, s), sum+s
	}
	// The slope of the tail (Hill 1975), drawn to 1, which it has where the
	// channels' expectations are right.
	const drawn = 6
	n := float64(a.n)
	slope := 1.0
	if a.n > 3 {
		slope = min(4, (n+drawn)/(sum-n*least+drawn))
	}
	if size <= least {
		return n * math.Exp(max(0.7, slope)*(least-size))
	}
	sharp := 3 * clampTo(slope, 0.5, 3)
	rank := 0.0
	for i := range a.n {
		if now-a.block[i] <= 1 { // the same event
			continue
		}
		if d := size - float64(a.size[i])/nat; d <= 0 {
			rank++
		} else {
			rank += math.Exp(-sharp * d)
		}
	}
	rank /= rankBias
	if size > most {
		rank = max(rank, 0.6*math.Exp(min(slope, 1.5)*(most-size)))
	}
	return rank
}

// add keeps an event if it is among the strangest.
func (a *alarms) add(least, n float64, now uint8) {
	if least > quiet {
		return
	}
	code := uint16(min(math.Log(min(n, memory)/least)*nat, math.MaxUint16))
	for i := range a.n {
		if now-a.block[i] <= 1 { // the event goes on
			if code > a.size[i] {
				a.size[i], a.block[i] = code, now
			}
			return
		}
	}
	at := a.n
	if a.n == alarmsKept || (a.n > alarmsKept/2 && n > memory) {
		at = 0
		for i := uint8(1); i < a.n; i++ {
			if a.size[i] < a.size[at] {
				at = i
			}
		}
		if code <= a.size[at] {
			return
		}
	}
	if a.n < alarmsKept {
		at = a.n
		a.n++
	}
	a.size[at], a.block[at] = code, now
}

// expire drops what is older than the memory.
func (a *alarms) expire(now uint8) {
	for i := uint8(0); i < a.n; {
		if now-a.block[i] <= memoryB {
			i++
			continue
		}
		a.n--
		a.size[i], a.block[i] = a.size[a.n], a.block[a.n]
	}
}

func clampTo(x, low, high float64) float64 { return max(low, min(high, x)) }

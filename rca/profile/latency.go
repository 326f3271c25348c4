package profile

import "math"

const (
	medianFactor  = 2   // a time must double to be material …
	rootShare     = 0.1 // … or grow by a tenth of what a whole request takes
	minBaseline   = 3   // effective events, to compare with
	thinBaseline  = 10  // effective events; an edge with fewer borrows
	pastThreshold = buckets
)

// scaled is a histogram in effective counts.
type scaled struct {
	n    float64
	at   [buckets]float64
	root float64 // geometric mean of the durations of its traces, in microseconds
}

func (s *Segment) scaled() (x scaled) {
	if s == nil || s.N == 0 {
		return x
	}
	f := min(1, float64(s.Traces)/float64(s.N))
	for b, n := range s.Hist {
		x.at[b] = float64(n) * f
	}
	x.n = float64(s.N) * f
	x.root = math.Exp2(float64(s.RootSum) / float64(s.N) / 16)
	return x
}

func (x *scaled) add(o *scaled) {
	if o.n == 0 {
		return
	}
	if x.n == 0 {
		x.root = o.root
	} else {
		x.root = math.Exp((math.Log(x.root)*x.n + math.Log(o.root)*o.n) / (x.n + o.n))
	}
	x.n += o.n
	for b := range x.at {
		x.at[b] += o.at[b]
	}
}

// median is interpolated within its bucket, in microseconds.
func (x *scaled) median() float64 {
	rest := x.n / 2
	for b, n := range x.at {
		if n > 0 && rest <= n {
			return math.Exp2(float64(b) + rest/n)
		}
		rest -= n
	}
	return 0
}

// above is what lies in bucket b or beyond.
func (x *scaled) above(b int) (sum float64) {
	for ; b < buckets; b++ {
		sum += x.at[b]
	}
	return sum
}

// grown is the evidence that a time grew materially, in nats; where no share rose
// it is negative: what speaks for 'as ever'. At is the threshold that shows it
// best, in microseconds.
func grown(base, now *scaled) (nats, at float64, ok bool) {
	if base.n < minBaseline || now.n <= 0 {
		return 0, 0, false
	}
	median := base.median()
	floor := max(medianFactor*median, median+rootShare*base.root)
	if math.IsNaN(floor) || floor >= 1<<buckets {
		return 0, 0, false // past all buckets: nothing can be above it
	}
	from := max(0, int(math.Ceil(math.Log2(floor)-1e-9)))
	last := from
	for b := buckets - 1; b > from; b-- {
		if now.at[b] > 0 {
			last = b
			break
		}
	}
	best, rose, tried := math.Inf(-1), false, 0
	for b := from; b <= last && b < pastThreshold; b++ {
		tried++
		a, c := base.above(b), now.above(b)
		x := factorOfShares(a, base.n, c, now.n)
		if c/now.n <= a/base.n {
			if !rose && b == from {
				best, at = min(0, x), math.Exp2(float64(b))
			}
			continue
		}
		if !rose || x > best {
			best, at = x, math.Exp2(float64(b))
		}
		rose = true
	}
	if tried == 0 {
		return 0, 0, false
	}
	return best - math.Log(float64(tried)), at, true
}

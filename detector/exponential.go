package detector

import "math"

// Exponential is a data point of an exponential histogram, in the terms of
// OTLP: the bucket i counts values in (b^i, b^(i+1)], b = 2^(2^−Scale).
type Exponential struct {
	Count     uint64
	Sum       float64
	HasSum    bool
	Scale     int32
	ZeroCount uint64
	Offset    int32 // of the positive buckets
	Positive  []uint64
	Negative  uint64 // values below zero, counted in the lowest bucket
}

// Expander turns exponential histograms into ones with fixed bounds, whose
// buckets can be compared whatever scale and offset the sender chose this time:
// factors of √2 over 2^−30 … 2^29, which is as exact as a band of several
// deviations needs. It is scratch memory.
type Expander struct {
	bounds [expandBuckets - 1]float64
	counts [expandBuckets]uint64
}

const (
	expandBuckets = 119 // with the rest of the memory, 128 words
	expandLowest  = -60 // exponent of √2 of the first bound
)

// NewExpander returns scratch memory.
func NewExpander() *Expander {
	x := &Expander{}
	for i := range x.bounds {
		x.bounds[i] = math.Exp2(float64(expandLowest+i) / 2)
	}
	return x
}

// Expand returns the histogram with fixed bounds; it is valid until the next call.
func (x *Expander) Expand(e *Exponential) Hist {
	clear(x.counts[:])
	x.counts[0] = e.ZeroCount + e.Negative
	scale := math.Exp2(1 - float64(e.Scale)) // halves of an octave a bucket
	for i, n := range e.Positive {
		if n == 0 {
			continue
		}
		// The middle of the bucket decides where it goes.
		middle := (float64(e.Offset) + float64(i) + 0.5) * scale
		at := math.Ceil(middle) - expandLowest
		x.counts[int(max(0, min(expandBuckets-1, at)))] += n
	}
	return Hist{Count: e.Count, Sum: e.Sum, HasSum: e.HasSum, Bounds: x.bounds[:], Counts: x.counts[:]}
}

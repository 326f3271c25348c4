package rca

import (
	"math"
	"sort"
)

// perOctave is the number of buckets in which a duration doubles: a quantile is
// off by at most 19 %.
const perOctave = 4

const maxBucket = 31*perOctave - 1 // one microsecond to half an hour

// histogram counts durations in logarithmic buckets. It is sparse, sorted by
// bucket, and two of them merge by adding.
type histogram []bucket

type bucket struct {
	at uint8
	n  uint32
}

// bucketOf is the bucket of a duration in nanoseconds. It reads the binary
// logarithm off the number's exponent, and its quarter off the fraction.
func bucketOf(ns int64) uint8 {
	us := float64(ns) / 1e3
	if us <= 1 {
		return 0
	}
	b := math.Float64bits(us)
	at := int(b>>52-1023) * perOctave
	for _, limit := range quarters {
		if b&(1<<52-1) >= limit {
			at++
		}
	}
	return uint8(min(at, maxBucket))
}

// quarters are the fractions of 2 to the powers of 1/4, 1/2 and 3/4.
var quarters = [perOctave - 1]uint64{fraction(0.25), fraction(0.5), fraction(0.75)}

func fraction(power float64) uint64 { return math.Float64bits(math.Exp2(power)) & (1<<52 - 1) }

// middle is the geometric middle of a bucket in nanoseconds.
func middle(b uint8) float64 { return math.Exp2((float64(b)+0.5)/perOctave) * 1e3 }

func (h *histogram) add(at uint8, n uint32) {
	i := sort.Search(len(*h), func(i int) bool { return (*h)[i].at >= at })
	if i < len(*h) && (*h)[i].at == at {
		(*h)[i].n += n
		return
	}
	*h = append(*h, bucket{})
	copy((*h)[i+1:], (*h)[i:])
	(*h)[i] = bucket{at, n}
}

func (h *histogram) merge(o histogram) {
	for _, b := range o {
		h.add(b.at, b.n)
	}
}

// remove takes away what was merged in before.
func (h *histogram) remove(o histogram) {
	for _, b := range o {
		i := sort.Search(len(*h), func(i int) bool { return (*h)[i].at >= b.at })
		if i < len(*h) && (*h)[i].at == b.at {
			(*h)[i].n -= min(b.n, (*h)[i].n)
		}
	}
}

func (h histogram) count() (n uint64) {
	for _, b := range h {
		n += uint64(b.n)
	}
	return n
}

// above is the number of samples in buckets that reach beyond a duration.
func (h histogram) above(ns int64) (n uint64) {
	at := bucketOf(ns)
	for _, b := range h {
		if b.at >= at {
			n += uint64(b.n)
		}
	}
	return n
}

// quantile is in nanoseconds; zero without samples.
func (h histogram) quantile(q float64) float64 {
	rest := q * float64(h.count())
	for _, b := range h {
		if rest -= float64(b.n); b.n > 0 && rest <= 0 {
			return middle(b.at)
		}
	}
	return 0
}

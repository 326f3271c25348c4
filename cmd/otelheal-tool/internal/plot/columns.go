package plot

import "math"

// maxColumns is how many columns a series is drawn with at most: at least half as
// many have values, which is about one a pixel.
const maxColumns = 2048

// Columns keeps what is drawn of a series in constant memory: the lowest and the
// highest value of each stretch of time, so that no spike is lost. The stretches
// double when they no longer suffice.
type Columns struct {
	start, width int64 // Unix nanoseconds of the first column; of each
	list         []column
	values       int
	first, last  int64
}

type column struct {
	n                int
	low, high        float64 // of the values
	lowFirst         bool    // the lowest came before the highest
	judged           int
	expected, spread float64 // sums over the judged
	score            float64 // the one farthest from 0
	at               int64   // of its first value
}

// Add takes the next value; times must grow.
func (c *Columns) Add(t int64, value, expected, wide, score float64, judged bool) {
	if c.values == 0 {
		c.start, c.width, c.first = t, 1, t
	}
	for (t-c.start)/c.width >= maxColumns {
		c.halve()
	}
	k := int((t - c.start) / c.width)
	for len(c.list) <= k {
		c.list = append(c.list, column{})
	}
	x := column{n: 1, low: value, high: value, lowFirst: true, score: score, at: t}
	if judged && !math.IsInf(wide, 0) && !math.IsNaN(wide) {
		x.judged, x.expected, x.spread = 1, expected, wide
	}
	c.list[k].merge(&x)
	c.values++
	c.last = t
}

// halve makes one column of two.
func (c *Columns) halve() {
	n := (len(c.list) + 1) / 2
	for k := range n {
		x := c.list[2*k]
		if 2*k+1 < len(c.list) {
			x.merge(&c.list[2*k+1])
		}
		c.list[k] = x
	}
	c.list = c.list[:n]
	c.width *= 2
}

// merge takes in a column that comes later.
func (a *column) merge(b *column) {
	switch {
	case b.n == 0:
		return
	case a.n == 0:
		*a = *b
		return
	}
	lower, higher := b.low < a.low, b.high > a.high
	switch {
	case lower && higher:
		a.lowFirst = b.lowFirst
	case lower:
		a.lowFirst = false
	case higher:
		a.lowFirst = true
	}
	a.low, a.high = min(a.low, b.low), max(a.high, b.high)
	a.n += b.n
	a.judged += b.judged
	a.expected += b.expected
	a.spread += b.spread
	if math.Abs(b.score) > math.Abs(a.score) {
		a.score = b.score
	}
}

// interval is the mean time between two values.
func (c *Columns) interval() int64 {
	return (c.last - c.first) / int64(max(1, c.values-1))
}

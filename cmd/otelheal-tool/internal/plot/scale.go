package plot

import (
	"math"
	"time"
)

// scale maps values to pixels.
type scale struct{ from, to, at, length float64 }

func (s scale) px(v float64) float64 {
	return s.at + s.length*(max(s.from, min(s.to, v))-s.from)/(s.to-s.from)
}

// room is a scale over values with a little space around them.
func room(low, high, at, length float64) scale {
	gap := 0.06 * (high - low)
	if !(gap > 1e-12*math.Max(math.Abs(low), math.Abs(high))) { // a flat line is in the middle
		gap = math.Max(1e-300, 0.1*math.Max(math.Abs(low), math.Abs(high)))
		if low == 0 && high == 0 {
			gap = 1
		}
	}
	return scale{low - gap, high + gap, at, length}
}

// ticks are round values within the scale.
func (s scale) ticks(n int) []float64 {
	raw := (s.to - s.from) / float64(n)
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if step*m >= raw {
			step *= m
			break
		}
	}
	var out []float64
	for k := math.Ceil(s.from / step); k*step <= s.to && len(out) < 4*n; k++ {
		out = append(out, k*step+0) // -0 + 0 is 0
	}
	return out
}

// steps of time that people count in.
var steps = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// moments are round times from one to another, and how to write them.
func moments(from, to int64, n int) (at []int64, layout string) {
	span := time.Duration(to - from)
	step := steps[len(steps)-1]
	for step < span/time.Duration(n) && step < 1<<60 {
		step *= 2
	}
	for _, s := range steps {
		if s >= span/time.Duration(n) {
			step = s
			break
		}
	}
	switch {
	case step < time.Minute:
		layout = "15:04:05"
	case step < 24*time.Hour:
		layout = "2 Jan 15:04"
	default:
		layout = "2 Jan 2006"
	}
	t := from - from%int64(step)
	for ; t <= to && len(at) < 4*n; t += int64(step) {
		if t >= from {
			at = append(at, t)
		}
	}
	return at, layout
}

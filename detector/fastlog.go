package detector

import "math"

// fastLog is the natural logarithm to a few parts in a thousand: the exponent of
// the number, and a parabola through its mantissa.
func fastLog(x float64) float64 {
	b := math.Float64bits(x)
	e := float64(int(b>>52) - 1023)
	m := math.Float64frombits(b&(1<<52-1) | 1023<<52)
	return math.Ln2 * (e + m*(2-m/3) - 5.0/3)
}

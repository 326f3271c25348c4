package detector

import (
	"math"
	"strconv"
)

// Aspect is which view of a metric a series is.
type Aspect uint16

// The aspects; a quantile q is AspectQuantile + round(q · 10⁴).
const (
	AspectValue    Aspect = 0
	AspectRate     Aspect = 1
	AspectMean     Aspect = 2
	AspectCombined Aspect = 3 // of the series of a group
	AspectQuantile Aspect = 10
)

// Quantile returns the aspect of a quantile, 0 ≤ q ≤ 1.
func Quantile(q float64) Aspect {
	return AspectQuantile + Aspect(math.Round(max(0, min(1, q))*1e4))
}

func (a Aspect) String() string {
	switch a {
	case AspectValue:
		return "value"
	case AspectRate:
		return "rate"
	case AspectMean:
		return "mean"
	case AspectCombined:
		return "combined"
	}
	if a < AspectQuantile || a > AspectQuantile+1e4 {
		return "unknown"
	}
	return "p" + strconv.FormatFloat(float64(a-AspectQuantile)/100, 'g', -1, 64)
}

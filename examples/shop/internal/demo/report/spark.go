// Package report draws what the demonstration found: a table as it goes, a
// story in ten lines, and a page.
package report

import "strings"

var bars = []rune("▁▂▃▄▅▆▇█")

// Spark draws values between 0 and 1 in at most width characters. Where several
// share one, the lowest is shown: what went wrong must not be averaged away.
func Spark(values []float64, width int) string {
	if len(values) == 0 || width <= 0 {
		return ""
	}
	width = min(width, len(values))
	var b strings.Builder
	for i := range width {
		from, to := i*len(values)/width, (i+1)*len(values)/width
		lowest := values[from]
		for _, v := range values[from:to] {
			lowest = min(lowest, v)
		}
		b.WriteRune(bar(lowest))
	}
	return b.String()
}

// bar keeps the full bar for all, so that the smallest loss can be seen.
func bar(v float64) rune {
	if v >= 1 {
		return bars[len(bars)-1]
	}
	i := int(max(v, 0) * float64(len(bars)-1))
	return bars[min(i, len(bars)-2)]
}

package say

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Time is a moment in UTC, to the second.
func Time(unixNano int64) string {
	return time.Unix(0, unixNano).UTC().Format(time.DateTime)
}

// Duration is how long something took, in its two largest units.
func Duration(d time.Duration) string {
	if d < 0 {
		return "-" + Duration(-d)
	}
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	s := int64(d.Round(time.Second) / time.Second)
	units := []struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}
	for k, u := range units {
		if s < u.size {
			continue
		}
		text := fmt.Sprintf("%d%s", s/u.size, u.name)
		if k+1 < len(units) {
			if next := s % u.size / units[k+1].size; next > 0 {
				text += fmt.Sprintf("%d%s", next, units[k+1].name)
			}
		}
		return text
	}
	return "0s"
}

// Number is a value to four digits, in at most ten characters.
func Number(x float64) string {
	if a := math.Abs(x); a >= 1e4 && a < 1e7 {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// Band is an expected value and how far from it is still normal.
func Band(expected, wide float64) string {
	if a := math.Abs(wide); a >= 100 && a < 1e7 {
		unit := math.Pow(10, math.Floor(math.Log10(a))-1)
		return Number(expected) + " ± " + strconv.FormatFloat(math.Round(wide/unit)*unit, 'f', -1, 64)
	}
	return Number(expected) + " ± " + strconv.FormatFloat(wide, 'g', 2, 64)
}

// certain is beyond what a chance can be told from none.
const certain = 1e-15

// Odds is a chance as 1 in so many values.
func Odds(chance float64) string {
	switch {
	case !(chance < 0.5):
		return "often"
	case chance <= certain:
		return "< 1 in 10^15"
	}
	return "1 in " + Count(1/chance)
}

// Count is a number of things to two digits: 340, 12k, 1.5M.
func Count(n float64) string {
	if n < 1000 {
		return strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	}
	for _, u := range []struct {
		name string
		size float64
	}{{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}} {
		if n < 999.5*u.size {
			digits := 0
			if n < 9.95*u.size {
				digits = 1
			}
			return strings.TrimSuffix(strconv.FormatFloat(n/u.size, 'f', digits, 64), ".0") + u.name
		}
	}
	return strconv.FormatFloat(n, 'g', 2, 64)
}

// Plural is a number with its noun.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Fit cuts text to a width, and says so with an ellipsis.
func Fit(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	r := []rune(s)
	return string(r[:max(0, width-1)]) + "…"
}

// Wrap breaks text into lines of at most a width, where it has spaces; further
// lines are indented. A longer word, such as a path, stays whole.
func Wrap(s string, width int, indent string) string {
	var b strings.Builder
	at := 0
	for k, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case k == 0:
		case at+1+n > width:
			b.WriteString("\n" + indent)
			at = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

package payload

import (
	"math"
	"strconv"
	"time"
)

// Times outside of these are as good as none: nobody's alert began then, and as
// nanoseconds they would not fit.
var (
	earliest = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// time reads a time: RFC 3339, or unix time in seconds, milliseconds or
// nanoseconds. The year 1, as Go writes no time, and null are none.
func (r *reader) time() (time.Time, error) {
	k := r.next()
	s, err := r.text()
	if err != nil || s == "" {
		return time.Time{}, err
	}
	var at time.Time
	if x, isNumber := unixTime(s); isNumber {
		at = x
	} else if at, err = time.Parse(time.RFC3339Nano, s); err != nil {
		return time.Time{}, r.fail("want a time such as 2006-01-02T15:04:05Z, found %s that is none", k)
	}
	if at.Before(earliest) || at.After(latest) {
		return time.Time{}, nil
	}
	return at.UTC(), nil
}

// unixTime guesses the unit by the size: all of them mean a time in this century.
func unixTime(s string) (time.Time, bool) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return time.Time{}, false
	}
	switch {
	case x < 1e11:
	case x < 1e14:
		x /= 1e3
	default:
		x /= 1e9
	}
	if x < 0 || x > 1e10 {
		return time.Time{}, true
	}
	sec, frac := math.Modf(x)
	return time.Unix(int64(sec), int64(frac*1e9)), true
}

// count reads a number of things; what is none is 0.
func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

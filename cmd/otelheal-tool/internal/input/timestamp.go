package input

// Timestamps turns text into Unix nanoseconds. It reads
// `2006-01-02 15:04:05`, in UTC, with or without a fraction; RFC 3339; and Unix
// time in seconds, milliseconds, microseconds or nanoseconds, told by size.
//
// It remembers the last date, which most rows of a file share.
type Timestamps struct {
	date  [10]byte
	start int64 // seconds at the start of that date
}

const (
	second   = int64(1e9)
	year2200 = 7_258_118_400 * second
)

// Parse returns false for what is no moment between the years 1700 and 2200.
func (p *Timestamps) Parse(b []byte) (int64, bool) {
	if len(b) >= 16 && b[4] == '-' && b[7] == '-' {
		return p.calendar(b)
	}
	return unix(b)
}

func (p *Timestamps) calendar(b []byte) (int64, bool) {
	if string(b[:10]) != string(p.date[:]) {
		start, ok := startOf(b)
		if !ok {
			return 0, false
		}
		copy(p.date[:], b)
		p.start = start
	}
	if c := b[10]; c != ' ' && c != 'T' && c != 't' || b[13] != ':' {
		return 0, false
	}
	h, okH := two(b[11:])
	m, okM := two(b[14:])
	if !okH || !okM || h > 23 || m > 59 {
		return 0, false
	}
	t := p.start + h*3600 + m*60
	rest := b[16:]
	var nanos int64
	if len(rest) >= 3 && rest[0] == ':' {
		s, ok := two(rest[1:])
		if !ok || s > 60 { // a leap second counts as the next
			return 0, false
		}
		t += s
		if nanos, rest, ok = fraction(rest[3:]); !ok {
			return 0, false
		}
	}
	offset, ok := zone(rest)
	return (t-offset)*second + nanos, ok
}

// startOf is the first second of a date such as 2006-01-02.
func startOf(b []byte) (int64, bool) {
	c, ok1 := two(b)
	y, ok2 := two(b[2:])
	m, ok3 := two(b[5:])
	d, ok4 := two(b[8:])
	y += 100 * c
	if !ok1 || !ok2 || !ok3 || !ok4 || y < 1700 || y > 2200 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false
	}
	// Days since 1970-01-01, with years that begin in March.
	if m <= 2 {
		y, m = y-1, m+12
	}
	return (365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 719469) * 86400, true
}

func daysIn(y, m int64) int64 {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// two reads two digits.
func two(b []byte) (int64, bool) {
	if len(b) < 2 {
		return 0, false
	}
	x, y := b[0]-'0', b[1]-'0'
	return int64(x)*10 + int64(y), x <= 9 && y <= 9
}

// fraction reads `.123` in nanoseconds, if it is there; what is finer is cut off.
func fraction(b []byte) (nanos int64, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return 0, b, true
	}
	scale := second
	k := 1
	for ; k < len(b) && b[k]-'0' <= 9; k++ {
		scale /= 10
		nanos += int64(b[k]-'0') * scale
	}
	return nanos, b[k:], k > 1
}

// zone reads an offset in seconds; without one, time is UTC.
func zone(b []byte) (int64, bool) {
	switch {
	case len(b) == 0, len(b) == 1 && (b[0] == 'Z' || b[0] == 'z'):
		return 0, true
	case len(b) != 6 || b[3] != ':' || b[0] != '+' && b[0] != '-':
		return 0, false
	}
	h, ok1 := two(b[1:])
	m, ok2 := two(b[4:])
	offset := h*3600 + m*60
	if b[0] == '-' {
		offset = -offset
	}
	return offset, ok1 && ok2 && h <= 23 && m <= 59
}

// unix reads a number. Seconds have up to eleven digits, and each of the finer
// units three more: in no unit are two years of this millennium mixed up.
func unix(b []byte) (int64, bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	var n int64
	k := 0
	for ; k < len(b) && b[k]-'0' <= 9; k++ {
		if k >= 19 {
			return 0, false
		}
		n = n*10 + int64(b[k]-'0')
	}
	if k == 0 || n < 0 {
		return 0, false
	}
	nanos, rest, ok := fraction(b[k:])
	if !ok || len(rest) > 0 {
		return 0, false
	}
	unit := int64(1)
	switch {
	case n < 1e11:
		unit = second
	case n < 1e14:
		unit = 1e6
	case n < 1e17:
		unit = 1e3
	}
	if n >= year2200/unit {
		return 0, false
	}
	n = n*unit + nanos/(second/unit)
	if negative {
		n = -n
	}
	return n, true
}

package eval

import "math"

// nabProfile is what a user of the benchmark pays: a window found is worth up to 1
// in each.
type nabProfile struct {
	name               string
	falseAlarm, missed float64
}

var nabProfiles = []nabProfile{
	{"standard", 0.11, 1},
	{"reward low FP", 0.22, 1},
	{"reward low FN", 0.11, 2},
}

// nabSigmoid is the benchmark's scaled sigmoid of the distance from a window's
// right end in widths of it: it falls from near 1 at the left end (-1) through 0 at
// the right one to -1, from three widths on exactly.
func nabSigmoid(widths float64) float64 {
	if widths > 3 {
		return -1
	}
	return 2/(1+math.Exp(5*widths)) - 1
}

// worth is what a detection at a row is worth, before the costs of a profile, and
// the window that it finds; -1 is none. Its first row is worth 1, the last a little
// more than nothing. After a window a false alarm costs less the nearer it is to
// the end; before the first one it costs all.
func (f *nabFile) worth(row int) (worth float64, window int) {
	for k := len(f.windows) - 1; k >= 0; k-- {
		switch w := f.windows[k]; {
		case row < w.first:
		case row <= w.last:
			rows := float64(w.last - w.first + 1)
			return nabSigmoid(float64(row-w.last-1)/rows) / nabSigmoid(-1), k
		default: // intervals between rows are one fewer than rows, and the benchmark counts these here
			return nabSigmoid(float64(row-w.last) / float64(w.last-w.first)), -1
		}
	}
	return -1, -1
}

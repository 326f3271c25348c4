package detector

import "math"

// Day is what a series is at each half hour of the day, in places. A day is 24
// hours of Unix time: no time zone is needed, since only repetition counts.
type Day struct {
	Since   int64 // Unix nanoseconds of the first value
	Sum     float32
	Count   float32
	With    float32 // mean square of the place less the mean of its half hour
	Without float32 // and of the place
	Bin     int16
	Bar     bar
	Peaks   peaks
	Mean    [halfHours]int8  // of 32
	Days    [halfHours]uint8 // folded in
}

const (
	halfHours = 48
	halfHour  = int64(1800e9)
	dayScale  = 31.0 // maxPlace is 124
	oldDays   = 0.2  // share of the newest day in the mean
)

func (d *Day) mean(bin int) float64 { return float64(d.Mean[bin]) / dayScale }

func binAt(now int64) int { return int(now / halfHour % halfHours) }

// size returns how far the place is from what it is at this time of the day, in
// the deviations of that; 0 while the day explains less than half of what moves.
func (d *Day) size(place float64, now int64) float64 {
	bin := binAt(now)
	if d.Days[bin] == 0 || now-d.Since < 2*halfHours*halfHour || d.With >= 0.5*d.Without {
		return 0
	}
	return math.Abs(place-d.mean(bin)) / (math.Sqrt(float64(d.With)) + 1e-3)
}

// judges reports whether the day's sizes say what is strange: the first day on
// which there are any only shows which of them are usual.
func (d *Day) judges(now int64) bool { return now-d.Since >= 3*halfHours*halfHour }

// learn takes a place. The mean of a half hour is folded in when it is over.
func (d *Day) learn(place float64, now int64) {
	bin := binAt(now)
	u := clamp(place, maxPlace)
	if d.Since == 0 {
		d.Since, d.Bin = now, int16(bin)
	}
	if bin != int(d.Bin) {
		d.fold()
		d.Bin = int16(bin)
	}
	d.Sum += float32(u)
	d.Count++
	if d.Days[bin] > 0 {
		const rate = 0.003
		r := u - d.mean(bin)
		d.With += rate * (float32(r*r) - d.With)
		d.Without += rate * (float32(u*u) - d.Without)
	}
}

func (d *Day) fold() {
	if d.Count == 0 {
		return
	}
	b := d.Bin
	if d.Days[b] < 255 {
		d.Days[b]++
	}
	old := d.mean(int(b))
	mean := old + max(1/float64(d.Days[b]), oldDays)*(float64(d.Sum/d.Count)-old)
	d.Mean[b] = int8(math.Round(mean * dayScale))
	d.Sum, d.Count = 0, 0
}

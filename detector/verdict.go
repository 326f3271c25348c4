package detector

import "math"

// seasoned is how many values a series has before its own past judges it. A past
// of n values can vouch for little more than one in 10·n, and one in 2·10⁴ is
// asked for; until then deviations from the mean decide.
const seasoned = 2000

// stuck is the same for a series that stands still: by its deviations it would
// never be outside.
const stuck = 500

// byPast reports whether the past decides, and not deviations.
func (s *State) byPast(o *observation) bool {
	return s.Past.N >= seasoned || (s.Past.N >= stuck && (o.channel == ChannelFlat || s.Shape == ShapeFlat))
}

// huge is how many deviations, widened by the excursions of late, make a breach
// whatever the past says: the third outage of a day is one as well.
const (
	huge      = 8
	hugeTimes = 5 // so often within the memory it is a habit
)

// afterwards is for how many values the means of the last ones still hold an
// anomaly that is over.
const afterwards = 100

// isHuge reports whether the value is outside whatever the past says.
func (s *State) isHuge(plain float64, o *observation) bool {
	return math.Abs(plain) >= huge && !s.Past.Peaks[peakOf(ChannelDistance)].often(o.size[ChannelDistance], hugeTimes)
}

// score is the quantile of the normal distribution that has the chance, with the
// sign of what is strange.
func (o *observation) score(chance, diff float64) float64 {
	const told = 0.05 // more likely than that is no score
	if chance >= told {
		return 0
	}
	z := math.Sqrt2 * math.Erfcinv(2*chance)
	return math.Copysign(min(z, maxScore), o.sign(diff))
}

// sign says in which direction the value is strange.
func (o *observation) sign(diff float64) float64 {
	switch o.channel {
	case ChannelMotion:
		return o.unrest
	case ChannelFlat:
		return -1
	case ChannelShift:
		return o.shift
	}
	return diff
}

// breach reports whether a seasoned series is outside: the value is too unlikely
// and matters, or, while an anomaly lasts, is not yet what it was before. That a
// past is short is told in the chance, but must not hide a fault.
// outside says that it is too many deviations from the mean.
func (m *EWMA) breach(s *State, o *observation, diff float64, outside bool) bool {
	if s.Phase == PhaseOpen {
		return outside || o.unusual(s.Shape)
	}
	if o.favourable > m.Chance || !m.Direction.concerns(o.sign(diff)) {
		return false
	}
	if s.Past.Over != 0 && s.Past.N-s.Past.Over <= afterwards && (o.channel == ChannelShift || o.channel == ChannelMotion) {
		return false // they still have the last anomaly in them
	}
	switch o.channel {
	case ChannelFlat, ChannelMotion:
		return true
	case ChannelShift:
		return math.Abs(float64(s.Past.Shift))*float64(s.Past.Above+s.Past.Below)/2 >= m.floor(s)
	}
	return math.Abs(diff) >= m.floor(s)
}

// unusual reports whether what an anomaly of this shape showed still lasts.
func (o *observation) unusual(s Shape) bool {
	switch s {
	case ShapeFlat:
		return o.jump == 0
	case ShapeVariance:
		return o.strange.has(ChannelMotion)
	case ShapeDrift:
		return o.strange.has(ChannelShift)
	}
	return o.strange.has(ChannelDistance) || o.strange.has(ChannelRarity) || o.strange.has(ChannelDay)
}

// keepWorst keeps the score of a lasting anomaly at its largest: by its own past
// a series gets used to what lasts, and it is no less of an anomaly.
func (s *State) keepWorst(v *Verdict) {
	if s.Past.N < stuck {
		return
	}
	if math.Abs(v.Score) >= math.Abs(float64(s.Worst)) {
		s.Worst = float32(v.Score)
	}
	v.Score = float64(s.Worst)
}

package detector

import (
	"math"
	"time"
)

// EWMA judges by exponentially weighted mean and variance; see the package text.
type EWMA struct {
	Threshold   float64       // deviations that make a breach of a young series
	Chance      float64       // at most, that make a breach of a seasoned one
	Consecutive int           // breaches in a row on one side that open an anomaly
	HalfLife    time.Duration // of the history, but at least minIntervals sampling intervals
	WarmUp      time.Duration // before a series is judged, and at least MinSamples
	MinSamples  float64
	MinAbsolute float64 // floor of the deviation
	MinRelative float64 // floor of the deviation as a share of the mean
	Direction   Direction
	Ignore      ChannelSet    // ways of being strange that do not count
	AdoptAfter  time.Duration // a level that holds so long is the new normal
}

// NewDefaultEWMA returns the defaults of the base model.
func NewDefaultEWMA() EWMA {
	return EWMA{
		Threshold:   3,
		Chance:      1e-4,
		Consecutive: 2,
		HalfLife:    5 * time.Minute,
		WarmUp:      30 * time.Second,
		MinSamples:  20,
		MinRelative: 0.1,
		AdoptAfter:  10 * time.Minute,
	}
}

const (
	minIntervals = 60   // the history is never shorter than so many samples
	clip         = 8    // deviations that a single excursion may teach
	maxScore     = 1000 // of a series that never moved before
	maxMagnitude = 1e36 // whatever is made of it still fits into 32 bits
	smallSample  = 8    // the deviation is this / Weight larger while the history is short
	tinyShare    = 1e-9 // smallest deviation as a share of the value, against rounding
)

var _ Model = (*EWMA)(nil)

// Step is Judge for callers who want the verdict returned.
func (m *EWMA) Step(s *State, x Sample) (v Verdict) {
	m.Judge(s, x, &v)
	return v
}

// Judge implements [Model].
func (m *EWMA) Judge(s *State, x Sample, v *Verdict) {
	if v.Skip = s.skip(&x); v.Skip != SkipNone {
		v.Phase = s.Phase
		return
	}
	v.Observed = x.Value
	if s.Last == 0 {
		*s = State{Last: x.Time, Mean: x.Value, Weight: 1}
		s.Past.observe(x.Value, 0, 0, x.Day, x.Time, m.Ignore, false, new(observation))
		v.Expected, v.Chance = x.Value, 1
		return
	}
	m.advance(s, x.Time)
	var o observation
	smallest := s.smallest(&x)
	bare := s.bare(&x, smallest)
	base := max(bare, m.floor(s))
	dev := base * max(1, float64(s.Tail)/m.Threshold)
	diff := x.Value - s.Mean
	v.Expected, v.Deviation = s.Mean, dev
	v.Chance = s.Past.observe(x.Value, diff/bare, smallest, x.Day, x.Time, m.Ignore, s.Phase == PhaseOpen, &o)
	v.Channel = o.channel
	breach := math.Abs(diff) > m.Threshold*dev && m.Direction.concerns(diff)
	if s.byPast(&o) && !(breach && s.isHuge(diff/dev, &o)) {
		v.Score = o.score(v.Chance, diff)
		breach = m.breach(s, &o, diff, breach)
	} else {
		v.Score = clamp(diff/dev, maxScore)
	}
	switch {
	case s.Phase == PhaseOpen:
		m.stepOpen(s, &x, base, breach, v)
	case !m.ready(s):
		s.learn(x.Value, base)
		s.Phase, s.Run, s.Onset = PhaseLearning, 0, 0
		if m.ready(s) {
			s.Phase = PhaseNormal
		}
	case breach:
		m.stepBreach(s, &x, v)
	default:
		if s.Phase == PhaseSuspect { // the run was too short: the excursion was single
			s.learn(s.Level, base)
			s.Run, s.Onset = 0, 0
		}
		s.learn(x.Value, base)
		s.Phase = PhaseNormal
	}
	v.Phase, v.Shape = s.Phase, s.Shape
	if v.Onset == 0 {
		v.Onset = s.Onset
	}
}

// skip returns why a sample is none, for this series.
func (s *State) skip(x *Sample) Skip {
	switch {
	case !(math.Abs(x.Value) <= maxMagnitude):
		return SkipNotFinite
	case x.Time <= 0:
		return SkipTime
	case x.Time == s.Last:
		return SkipDuplicate
	case x.Time < s.Last:
		return SkipLate
	}
	return SkipNone
}

// Need implements [Model]: MinSamples, and as many as WarmUp has intervals.
func (m *EWMA) Need(s *State) float64 {
	need := m.MinSamples
	if s.Gap > 0 {
		need = max(need, warmShare*seconds(m.WarmUp)/float64(s.Gap))
	}
	return need
}

const warmShare = 0.99 // of WarmUp is enough, since intervals jitter

// seconds is Duration.Seconds in one multiplication.
func seconds(d time.Duration) float64 { return float64(d) * 1e-9 }

func (m *EWMA) ready(s *State) bool {
	w := float64(s.Weight)
	return s.Gap > 0 && w >= m.MinSamples && w*float64(s.Gap) >= warmShare*seconds(m.WarmUp)
}

// advance moves the clock of the state and forgets what the time took.
func (m *EWMA) advance(s *State, now int64) {
	dt := float64(now-s.Last) * 1e-9
	s.Last = now
	if s.Gap == 0 {
		s.Gap = float32(dt)
	} else { // one long gap must not pass for the interval
		s.Gap += (min(float32(dt), 4*s.Gap) - s.Gap) / 8
	}
	r := dt / max(seconds(m.HalfLife), minIntervals*float64(s.Gap))
	left := 0.0
	if r < 0.05 { // exp2(−r) to the third order, good to 7 digits and several times faster
		y := r * math.Ln2
		left = 1 - y*(1-y/2*(1-y/3))
	} else {
		left = math.Exp2(-r)
	}
	s.Weight *= float32(left)
	s.Tail *= float32(1 - (1-left)/2)
	s.Habit *= float32(1 - (1-left)/4)
}

// bare is one sigma of the series without the floors that a user sets.
func (s *State) bare(x *Sample, smallest float64) float64 {
	dev := math.Sqrt(s.Var) * (1 + smallSample/(1+float64(s.Weight)))
	dev = max(dev, smallest)
	if x.Spread > 1 {
		dev *= x.Spread
	}
	return dev
}

// smallest is the distance that can just be told from none: rounding, and for
// counts what chance alone does to them. A value beyond all reason is not
// believed to be so coarse, or it would teach the series to move as far.
func (s *State) smallest(x *Sample) float64 {
	const beyond = 1e3
	mean, size := math.Abs(s.Mean), math.Abs(x.Value)
	if usual := mean + float64(s.Past.Above+s.Past.Below); usual > 0 {
		size = min(size, beyond*usual)
	}
	floor := max(tinyShare*max(mean, size), math.SmallestNonzeroFloat32)
	if q := x.Quantum; q > 0 {
		floor = max(floor, math.Sqrt(max(mean*q, q*q/4)))
	}
	return floor
}

// floor is the smallest deviation that a user wants to hear of.
func (m *EWMA) floor(s *State) float64 {
	return max(m.MinAbsolute, m.MinRelative*math.Abs(s.Mean))
}

// learn takes a value into the history, clipped.
func (s *State) learn(value, dev float64) {
	diff := value - s.Mean
	w := float64(s.Weight)
	if w >= smallSample {
		if diff = clamp(diff, clip*dev); math.Abs(diff) > float64(s.Tail)*dev {
			s.Tail = float32(math.Abs(diff) / dev)
		}
	}
	w++
	s.Weight = float32(w)
	share := 1 / w
	s.Mean += diff * share
	s.Var = (1 - share) * (s.Var + diff*diff*share)
}

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

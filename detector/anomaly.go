package detector

import "math"

// stepBreach takes a sample outside the band while no anomaly lasts. It is held
// back, not learnt, until the next one shows whether it was single.
func (m *EWMA) stepBreach(s *State, x *Sample, v *Verdict) {
	sign := int8(1)
	if v.Score < 0 {
		sign = -1
	}
	if s.Phase != PhaseSuspect || (s.Run > 0) != (sign > 0) {
		s.Run, s.Onset = 0, x.Time
	}
	s.Run += sign
	s.Level, s.LevelDev = x.Value, 0
	s.Phase = PhaseSuspect
	if int(s.Run)*int(sign) >= m.Consecutive {
		s.Phase, s.Run = PhaseOpen, 0
		s.Shape, s.Worst = shapeOf(v.Channel, sign), float32(v.Score)
		v.Change = ChangeOpened
	}
}

// habitual is after how many anomalies, each of half the weight after four half
// lives of the history, a series is taken to be one that swings: its excursions
// are learnt in full. The third outage in an hour is reported like the first,
// the switching of a thermostat is not.
const habitual = 8

// stepOpen takes a sample while an anomaly lasts.
func (m *EWMA) stepOpen(s *State, x *Sample, base float64, breach bool, v *Verdict) {
	const pace = 0.1 // of following the level, per sample
	s.LevelDev += pace * (float32(math.Abs(x.Value-s.Level)) - s.LevelDev)
	s.Level += pace * (x.Value - s.Level)
	v.Onset = s.Onset
	s.keepWorst(v)
	s.Shape = s.Shape.lasting(float64(x.Time-s.Onset) / 1e9 / float64(s.Gap))
	if !breach {
		s.Run++
		if int(s.Run) >= m.Consecutive {
			s.learn(x.Value, base)
			s.close()
			s.Habit++
			v.Change = ChangeReturned
		}
		return
	}
	s.Run = 0
	if m.holds(s, x, base) {
		s.adopt(m)
		v.Change = ChangeAdopted
		return
	}
	if s.Habit >= habitual {
		s.learn(x.Value, base)
		return
	}
	// The mean moves as if by one deviation, the variance not at all: a long
	// anomaly neither drags its band along nor widens it.
	// Nothing moves what never moved, or zero would not be inside afterwards.
	w := float64(s.Weight) + 1
	s.Weight = float32(w)
	if base <= 2*tinyShare*math.Abs(x.Value-s.Mean) {
		return
	}
	s.Mean += math.Copysign(min(math.Abs(x.Value-s.Mean), base), x.Value-s.Mean) / w
}

// adoptIntervals is how many intervals a level holds at least before it is adopted.
const adoptIntervals = 30

// holds reports whether the level of an anomaly lasted long enough to be the
// new normal: AdoptAfter if it is steady, three times that in any case.
func (m *EWMA) holds(s *State, x *Sample, base float64) bool {
	lasted := x.Time - s.Onset
	after := int64(m.AdoptAfter)
	if after > 0 {
		after = max(after, int64(adoptIntervals*float64(s.Gap)*1e9))
	}
	if after <= 0 || lasted < after {
		return false
	}
	steady := math.Abs(x.Value-s.Level) <= m.Threshold*max(base, 1.25*float64(s.LevelDev))
	return steady || lasted/3 >= after
}

// adopt makes the level the mean. 1.25 mean absolute deviations are one sigma.
func (s *State) adopt(m *EWMA) {
	dev := max(1.25*float64(s.LevelDev), math.Sqrt(s.Var))
	s.Mean, s.Var = s.Level, min(dev*dev, maxMagnitude*maxMagnitude)
	s.Weight = float32(min(float64(s.Weight), m.Need(s)))
	s.Past.Shifts = max(s.Past.Shifts, float32(math.Abs(float64(s.Past.Shift)))) // a shift of this size is none
	s.close()
}

func (s *State) close() {
	s.Past.Over = s.Past.N
	s.Phase, s.Run, s.Onset, s.Level, s.LevelDev, s.Shape, s.Worst = PhaseNormal, 0, 0, 0, 0, ShapeNone, 0
}

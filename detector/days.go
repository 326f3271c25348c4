package detector

// noDay marks a series whose day explained nothing.
const noDay = ^uint32(0)

const (
	daysShare = 4                        // one state in so many may have a day
	daysTrial = 4 * halfHours * halfHour // in which a day must explain half of what moves
)

// dayOf returns the daily profile of a state, if it has one. A state gets one
// when it is seasoned and moves, and keeps it if that explains half of it.
func (s *Store) dayOf(st *State, now int64) *Day {
	switch {
	case st.Daily == noDay:
		return nil
	case st.Daily != 0:
		d := s.days.at(st.Daily)
		if now-d.Since > daysTrial && d.Since != 0 && d.With >= 0.5*d.Without {
			s.giveDay(st)
			st.Daily = noDay
			return nil
		}
		return d
	case st.Past.N < seasoned || st.Past.Above+st.Past.Below == 0 || s.daysHeld >= s.daysMost():
		return nil
	}
	st.Daily = s.days.take()
	s.daysHeld++
	return s.days.at(st.Daily)
}

// daysMost bounds the profiles held.
func (s *Store) daysMost() int { return s.settings.MaxSeries/daysShare + 1 }

func (s *Store) giveDay(st *State) {
	if st.Daily != 0 && st.Daily != noDay {
		s.days.give(st.Daily)
		s.daysHeld--
	}
	st.Daily = 0
}

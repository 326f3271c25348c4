package detector

import "time"

// Expire looks at up to limit series and forgets those silent for longer than
// the idle time-out; repeated calls go round the whole store. References from
// before are void afterwards.
func (s *Store) Expire(now int64, limit int) {
	old := (now - int64(s.settings.IdleTimeout)) / int64(time.Second)
	for range min(limit, int(s.series.next)) {
		s.sweep++
		if s.sweep >= s.series.next {
			s.sweep = 1
			s.expireResources(old)
		}
		if s.sweep >= s.series.next {
			return
		}
		if e := s.series.at(s.sweep); e.used && int64(e.seen) < old {
			s.drop(s.sweep)
			s.stats.Expired++
		}
	}
}

// expireResources forgets resources that no series names any more.
func (s *Store) expireResources(old int64) {
	for i := uint32(1); i < s.resources.pool.next; i++ {
		r := s.resources.pool.at(i)
		if r.key.IsZero() || r.series > 0 || r.seen >= old {
			continue
		}
		delete(s.resources.index, r.key)
		s.groups.release(r.group)
		s.resources.pool.give(i)
	}
}

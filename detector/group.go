package detector

import (
	"math"
	"time"
)

// A group combines the series of one service: many that are a little out of
// their bands at once say more than each alone.
//
// Over a slot of time it takes the mean of the members' squared scores. Were
// the members independent, it would scatter like a χ² with as many degrees of
// freedom as members; correlated ones swing together, so it scatters more. The
// group learns that scatter like any other series, and so counts correlated
// dimensions once, without a covariance matrix. The cube root makes it nearly
// normal (Wilson and Hilferty 1931).
type group struct {
	key   Key
	state State
	slot  int64 // the slot that is being filled, in units of groupSlot
	sum   float64
	of    contributors // of the slot that is being filled
	told  contributors // and of the one before
	n     int32
	refs  int32 // resources that name it
}

type groups struct {
	index map[Key]uint32
	pool  pool[group]
	said  Verdict // of the model; here, so that none is allocated
}

const (
	groupSlot   = int64(time.Second)
	groupClip   = 25 // largest square of a member, so that none speaks for all
	groupMember = 3  // members in a slot at least
)

// find returns the group of a service, 0 for none.
func (g *groups) find(service Key, limit int) uint32 {
	if service.IsZero() {
		return 0
	}
	i, ok := g.index[service]
	if !ok {
		if len(g.index) >= limit {
			return 0
		}
		if g.index == nil {
			g.index = map[Key]uint32{}
		}
		i = g.pool.take()
		*g.pool.at(i) = group{key: service}
		g.index[service] = i
	}
	g.pool.at(i).refs++
	return i
}

// add takes the score of a member.
func (g *group) add(t int64, score float64, name uint32) {
	if slot := t / groupSlot; slot != g.slot {
		return
	}
	square := min(score*score, groupClip)
	g.sum += square
	g.n++
	if square >= contributes {
		g.of.add(name, float32(square))
	}
}

// Group closes the slots of the resource's group that lie before the time t of
// a point to come, and returns what the model says to the one that was filled.
func (s *Store) Group(ref ResourceRef, m Model, t int64) (Verdict, bool) {
	if ref == 0 {
		return Verdict{}, false
	}
	i := s.resources.pool.at(uint32(ref)).group
	if i == 0 {
		return Verdict{}, false
	}
	g := s.groups.pool.at(i)
	slot := t / groupSlot
	if slot <= g.slot {
		return Verdict{}, false
	}
	var v Verdict
	ok := g.n >= groupMember
	if ok {
		s.groups.said = Verdict{}
		m.Judge(&g.state, Sample{Time: (g.slot + 1) * groupSlot, Value: math.Cbrt(g.sum / float64(g.n))}, &s.groups.said)
		v = s.groups.said
	}
	g.told, g.of = g.of, contributors{}
	g.slot, g.sum, g.n = slot, 0, 0
	return v, ok
}

// release lets a resource's share of its group go.
func (g *groups) release(i uint32) {
	if i == 0 {
		return
	}
	e := g.pool.at(i)
	e.refs--
	if e.refs <= 0 {
		delete(g.index, e.key)
		g.pool.give(i)
	}
}

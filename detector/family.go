package detector

// A family is the same series of the instances of one service. A new instance
// starts from the baseline of a sibling instead of from nothing, so it neither
// stays deaf as long as a new service nor alarms because it is cold.

// begin gives the state of a new series what can be known before its first
// sample at time t.
func (s *Store) begin(e *series, a Aspect, m Model, st *State, t int64) {
	if sib := s.sibling(e); sib != nil {
		if from := s.lookup(sib, a); from != nil && lend(m, from, st, t) {
			s.stats.Borrowed++
			return
		}
	}
	if e.fromZero && a == AspectRate {
		s.primeZero(e, st, t)
	}
}

// sibling returns the learnt member of a series' family, if it is of the same kind.
func (s *Store) sibling(e *series) *series {
	_, i := s.member(e.family)
	if i == 0 {
		return nil
	}
	sib := s.series.at(i)
	if sib == e || sib.kind != e.kind {
		return nil
	}
	return sib
}

// member returns the one of a family that others borrow from, 0 for none.
func (s *Store) member(family uint64) (slot, i uint32) {
	slot, i = s.families.seek(family, s.families.home(family))
	for i != 0 && s.series.at(i).family != family {
		slot, i = s.families.seek(family, slot+1)
	}
	return slot, i
}

// soft is the share of the history needed that a new life begins with: it is
// judged only after the rest, which is its own.
const soft = 0.75

// lend copies a baseline: twice the variance, since instances differ, and so
// little weight that the new one is not judged at once and soon has its own.
func lend(m Model, from, to *State, t int64) bool {
	need := m.Need(from)
	if from.Gap <= 0 || float64(from.Weight) < need/2 {
		return false
	}
	*to = State{
		Last:   max(1, t-int64(float64(from.Gap)*1e9)),
		Mean:   from.Mean,
		Var:    2 * from.Var,
		Weight: min(from.Weight, float32(soft*need)),
		Gap:    from.Gap,
		Tail:   from.Tail,
		Past:   from.Past,
	}
	to.Past.N = min(to.Past.N, seasoned/2) // its own values make it seasoned
	to.Past.Still, to.Past.Over = 0, 0
	return true
}

// register makes a learnt series the one that its family borrows from.
func (s *Store) register(i uint32, e *series) {
	if _, member := s.member(e.family); member == 0 {
		s.families.put(e.family, i)
	}
}

// primeZero starts a counter of errors as if it had been watched at zero as long
// as its resource: it is there only since the first error.
func (s *Store) primeZero(e *series, st *State, t int64) {
	r := s.resources.pool.at(e.resource)
	if r.gap <= 0 {
		return
	}
	weight := float32(float64(r.previous-r.first)/1e9) / r.gap
	if weight < 1 {
		return
	}
	*st = State{
		Last:   max(1, min(r.previous, t-1)),
		Weight: min(weight, 5*minIntervals),
		Gap:    r.gap,
	}
}

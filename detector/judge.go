package detector

// Result is what came of one aspect of a point.
type Result struct {
	Aspect Aspect
	Verdict
}

// Results collects what came of one point; reuse it to allocate nothing.
type Results struct {
	List []Result
	Skip Skip // why the point as a whole gave nothing
}

func (r *Results) reset() { r.List, r.Skip = r.List[:0], SkipNone }

// judge steps one aspect of a series with a value.
func (s *Store) judge(ref Ref, a Aspect, m Model, x Sample, out *Results) {
	e := s.series.at(uint32(ref))
	st := s.state(e, a)
	if st == nil {
		out.List = append(out.List, Result{Aspect: a, Verdict: Verdict{Skip: SkipFull}})
		return
	}
	r := s.resources.pool.at(e.resource)
	if st.Last == 0 {
		s.begin(e, a, m, st, x.Time)
	} else if r.restarted > st.Last && st.Phase != PhaseOpen {
		soften(m, st)
	}
	before := st.Phase
	x.Day = s.dayOf(st, x.Time)
	out.List = append(out.List, Result{Aspect: a})
	v := &out.List[len(out.List)-1].Verdict
	m.Judge(st, x, v)
	s.count(before, st.Phase)
	if st.Past.N >= seasoned {
		s.stats.Seasoned++
	}
	if v.Change == ChangeOpened {
		s.stats.Opened++
	}
	if before == PhaseLearning && st.Phase != PhaseLearning {
		s.register(uint32(ref), e)
	}
	if v.Skip == SkipNone && v.Phase != PhaseLearning && r.group != 0 {
		s.groups.pool.at(r.group).add(x.Time, (v.Observed-v.Expected)/v.Deviation, e.name)
	}
}

// soften makes the history count less after a restart: not judged for a few
// samples, and learning fast from what is there. An anomaly that lasts is kept,
// for a restart that did not help must not hide it.
func soften(m Model, s *State) {
	s.Weight = min(s.Weight, float32(soft*m.Need(s)))
}

// Gauge judges the value of a gauge or of a sum that can fall. quantum is 1 for
// whole numbers, 0 otherwise.
func (s *Store) Gauge(ref Ref, m Model, t int64, value, quantum float64, out *Results) {
	out.reset()
	s.judge(ref, AspectValue, m, Sample{Time: t, Value: value, Quantum: quantum}, out)
	s.touch(ref, t)
	out.settle()
}

// touch notes the time of a point with the series' resource.
func (s *Store) touch(ref Ref, t int64) {
	s.resources.pool.at(s.series.at(uint32(ref)).resource).at(t)
}

// settle makes the reason common if no aspect was judged.
func (r *Results) settle() {
	for i := range r.List {
		if r.List[i].Skip == SkipNone {
			return
		}
	}
	if len(r.List) > 0 && r.Skip == SkipNone {
		r.Skip = r.List[0].Skip
	}
}

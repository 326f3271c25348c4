package rca

// late tells whether time matters to an incident: whether anything that hurts takes
// longer than usual. Where requests fail at once, a few milliseconds more somewhere,
// however sure, explain nothing.
func (e *Engine) late(i *incident) bool {
	from := max(i.Onset.Unix()-1, e.g.now-keepSeconds+1)
	for k := range i.symptoms {
		s := &i.symptoms[k]
		if s.series == nil || s.What != errorRatio || s.series.slowOver == 0 {
			return true
		}
		if c := s.series.sum(from, e.g.now+1); 2*c.slow > c.bad {
			return true
		}
	}
	failed, inVain := 0.0, 0.0
	for _, s := range e.g.sorted() {
		for _, inst := range s.sortedInstances() {
			failed += e.excess(&inst.origins[originError].series, i) + e.excess(&inst.origins[originUnreachable].series, i)
			inVain += e.excess(&inst.origins[originTimeout].series, i) // with time-outs too short to be slow
		}
	}
	return 2*inVain > failed
}

package detector

// Watch judges one series by itself: a file, a query's answer. It is what a
// [Store] does for each of its series, without siblings, groups and counters.
type Watch struct {
	Model EWMA
	state State
	day   Day
}

// Step takes the next sample; times must grow.
func (w *Watch) Step(x Sample) Verdict {
	x.Day = &w.day
	return w.Model.Step(&w.state, x)
}

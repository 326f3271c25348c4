package eval

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
)

// eventLength is how many values an event lasts, and a detector has to find it.
const eventLength = 100

// eventKind changes the k-th of the values of an event. Strength is in robust
// deviations, before is the value at its beginning.
type eventKind struct {
	name   string
	values int // that it changes at least
	change func(x, before, strength float64, k int, r *rand.Rand) float64
}

var eventKinds = []eventKind{
	{"spike", 1, func(x, _, strength float64, k int, _ *rand.Rand) float64 { return x + once(k)*strength }},
	{"drop spike", 1, func(x, _, strength float64, k int, _ *rand.Rand) float64 { return x - once(k)*strength }},
	{"level up", eventLength / 2, func(x, _, strength float64, _ int, _ *rand.Rand) float64 { return x + strength/2 }},
	{"level down", eventLength / 2, func(x, _, strength float64, _ int, _ *rand.Rand) float64 { return x - strength/2 }},
	{"variance", eventLength / 2, func(x, _, strength float64, _ int, r *rand.Rand) float64 { return x + strength/4*r.NormFloat64() }},
	{"flat", eventLength / 2, func(_, before, _ float64, _ int, _ *rand.Rand) float64 { return before }},
	{"drift", eventLength / 2, func(x, _, strength float64, k int, _ *rand.Rand) float64 {
		return x + strength/2*float64(k+1)/eventLength
	}},
}

func once(k int) float64 {
	if k == 0 {
		return 1
	}
	return 0
}

var (
	strengths = []float64{4, 8}    // robust deviations of a spike; others have half of it, added noise a quarter
	earlier   = []int{0, 1, 3}     // equal events before the judged one
	places    = [2]float64{.4, .9} // of the series, between which the judged event lies
)

// injection is a series with an event, and equal ones before.
type injection struct {
	kind, strength, earlier int             // indices
	changed                 map[int]float64 // by row
	first, at               int             // row that differs first; row of the judged event
}

// inject makes all copies of a series. The judged event's place is the same
// whatever was before it, and clear of labelled windows.
func (s *realSeries) inject(copies int) (all []injection) {
	if s.sigma == 0 || len(s.values) < 10*eventLength {
		return nil // it hardly ever moves, or is too short
	}
	h := fnv.New64a()
	h.Write([]byte(s.name))
	r := rand.New(rand.NewPCG(h.Sum64(), 11))
	for kind := range eventKinds {
		for strength := range strengths {
			for range copies {
				at, changed, ok := s.place(kind, strengths[strength], r)
				if !ok {
					continue
				}
				for k, n := range earlier {
					in := injection{kind: kind, strength: strength, earlier: k, changed: maps.Clone(changed), first: at, at: at}
					for _, before := range s.before(n, r) {
						maps.Copy(in.changed, s.put(kind, strengths[strength], before, r))
						in.first = min(in.first, before)
					}
					all = append(all, in)
				}
			}
		}
	}
	return all
}

// place draws where the judged event is until it changes something there.
func (s *realSeries) place(kind int, strength float64, r *rand.Rand) (at int, changed map[int]float64, ok bool) {
	n := float64(len(s.values))
	for range 50 {
		at = int(n * (places[0] + (places[1]-places[0])*r.Float64()))
		if at+eventLength >= len(s.values) || s.labelled[at] || s.labelled[at+eventLength-1] {
			continue
		}
		changed = s.put(kind, strength, at, r)
		if len(changed) >= eventKinds[kind].values {
			return at, changed, true
		}
	}
	return 0, nil, false
}

// put returns the rows that an event changes.
func (s *realSeries) put(kind int, strength float64, at int, r *rand.Rand) map[int]float64 {
	changed := map[int]float64{}
	for k := range min(eventLength, len(s.values)-at) {
		x := s.values[at+k]
		if y := s.rounded(eventKinds[kind].change(x, s.values[at], strength*s.sigma, k, r)); y != s.rounded(x) {
			changed[at+k] = y
		}
	}
	return changed
}

// before draws the rows of earlier events between a tenth and four tenths of the
// series, each in a tenth of its own.
func (s *realSeries) before(n int, r *rand.Rand) (rows []int) {
	tenth := len(s.values) / 10
	for _, k := range r.Perm(3)[:n] {
		rows = append(rows, tenth*(k+1)+r.IntN(max(1, tenth-eventLength)))
	}
	return rows
}

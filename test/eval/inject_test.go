package eval

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// finding is what came of one injection.
type finding struct {
	series, kind, strength, earlier int
	delay                           int  // values from the event to the alarm; -1: not found
	chance                          bool // the untouched series alarms in the same rows
}

// searched is a contender's result on the injected series.
type searched struct {
	threshold float64 // with wantedRate alarms on the untouched series
	bare      float64 // alarms in 10⁴ values there at the contender's sigma
	findings  []finding
}

// search sets the contender's threshold on the untouched series and looks for
// the events with it.
func search(c contender, all []realSeries, copies int) searched {
	untouched := make([]scored, len(all))
	inParallel(len(all), func(i int) {
		s := &all[i]
		r := c.fresh()
		untouched[i].rows = len(s.values)
		for row, x := range s.values {
			if score := r.rate(s.sample(row, x)); score > 0.5 {
				untouched[i].highs = append(untouched[i].highs, high{int32(row), float32(score)})
			}
		}
	})
	out := searched{threshold: threshold(untouched, wantedRate, warmRow)}
	bare, values := 0, 0
	for i := range untouched {
		n := untouched[i].rows
		bare, values = bare+untouched[i].between(c.sigma, warmRow(n), n), values+n-warmRow(n)
	}
	out.bare = 1e4 * float64(bare) / float64(values)
	found := make([][]finding, len(all))
	inParallel(len(all), func(i int) {
		found[i] = all[i].find(c, out.threshold, &untouched[i], copies)
		for k := range found[i] {
			found[i][k].series = i
		}
	})
	out.findings = slices.Concat(found...)
	return out
}

// find goes through the untouched series once; where an injection begins to
// differ, a fork of the contender goes on with it.
func (s *realSeries) find(c contender, threshold float64, untouched *scored, copies int) (all []finding) {
	injections := s.inject(copies)
	slices.SortStableFunc(injections, func(a, b injection) int { return a.first - b.first })
	r := c.fresh()
	quietTo := 0
	for row, x := range s.values {
		for len(injections) > 0 && injections[0].first == row {
			in := &injections[0]
			f := finding{kind: in.kind, strength: in.strength, earlier: in.earlier}
			f.delay = s.delay(in, r.fork(), threshold, quietTo)
			f.chance = untouched.between(threshold, in.at, in.at+eventLength) > 0
			all, injections = append(all, f), injections[1:]
		}
		if over(r.rate(s.sample(row, x)), threshold) && row >= quietTo {
			quietTo = row + 1 + silent
		}
	}
	return all
}

// delay is how many values after the event's beginning an alarm came; -1 if none.
func (s *realSeries) delay(in *injection, r rater, threshold float64, quietTo int) int {
	for row := in.first; row < in.at+eventLength; row++ {
		x, ok := in.changed[row]
		if !ok {
			x = s.values[row]
		}
		if !over(r.rate(s.sample(row, x)), threshold) || row < quietTo {
			continue
		}
		if row >= in.at {
			return row - in.at
		}
		quietTo = row + 1 + silent
	}
	return -1
}

// over compares with the digits that scores had when the threshold was set.
func over(score, threshold float64) bool { return float64(float32(score)) >= threshold }

// copiesOf is how many events of each kind and strength a series gets.
func copiesOf() int {
	if wholeEval() {
		return 6
	}
	return 1
}

var searches = struct { // what was searched in this run, by contender
	sync.Mutex
	of map[string]*searched
}{of: map[string]*searched{}}

// searchedBy searches once for all tests.
func searchedBy(c contender, all []realSeries) *searched {
	searches.Lock()
	defer searches.Unlock()
	if s := searches.of[c.name]; s != nil {
		return s
	}
	s := search(c, all, copiesOf())
	searches.of[c.name] = &s
	return &s
}

// TestInjection holds how many events are found at an alarm rate that can be
// lived with, and that a peer finds fewer.
func TestInjection(t *testing.T) {
	all := readSeries(t)
	own := searchedBy(ours(0), all)
	for k, floor := range []float64{50, 33, 24} {
		got := own.share(k)
		t.Logf("after %d equal events: %.1f %% found [%.1f, %.1f], by chance %.1f, median delay %g", earlier[k], got.found, got.low, got.high, got.chance, got.delay)
		if !wholeEval() {
			floor -= 8
		}
		assert.GreaterOrEqual(t, got.found, floor, "after %d equal events", earlier[k])
		for _, p := range peers() {
			peer := searchedBy(p, all)
			x := peer.share(k)
			t.Logf("  %s: %.1f %% [%.1f, %.1f], by chance %.1f; threshold %.1f, %.1f alarms in 10⁴ at %g sigma", p.name, x.found, x.low, x.high, x.chance, peer.threshold, peer.bare, p.sigma)
			assert.Greater(t, got.found, x.found, "%s finds more", p.name)
		}
	}
}

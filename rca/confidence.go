package rca

import (
	"math"

	"github.com/otelheal/otelheal/event"
)

// confidence grows with the lead over whoever is next and another service, or another
// host where that is to blame. Leads
// of what was only inferred are read as they turned out on a corpus of faults:
// below 2 nats it is not sure, 15 % were right; of 2 to 4 nats 85 %, 4 to 8 92 %,
// above all of 81.
func confidence(list []candidate) float64 {
	first := list[0]
	if first.kind == event.KindUnknown {
		return 0.1
	}
	margin := first.score
	for k := range list[1:] {
		if c := &list[k+1]; c.svc != first.svc && (first.host == "" || c.host != first.host) {
			margin = first.score - c.score
			if first.inferred() {
				margin /= doubt(c.score)
			}
			break
		}
	}
	margin = max(0, margin)
	if !first.inferred() {
		return (1 - 0.65*math.Exp(-margin)) * (1 - math.Exp(-first.score))
	}
	return min(first.atMost(), readOff(margin))
}

// inferred tells whether nothing was told or seen of the candidate.
func (c *candidate) inferred() bool {
	return c.state == nil && c.change == nil && c.kind != event.KindOverload
}

// doubt is by how much a score may be off, against those on whose leads reliability was
// read. It adds up one term a request, none of which is exact, so that it grows with
// traffic, and its error with the root of it.
func doubt(score float64) float64 { return math.Sqrt(max(1, score/corpusScore)) }

// corpusScore is about what causes scored on that corpus, in nats: 5 to 30.
const corpusScore = 10

// atMost is how sure what was seen allows one to be. If calls to a service vanished
// and their caller traces none, it did not call, or it was not answered: no trace
// tells the two apart, and only a metric of its own may.
func (c *candidate) atMost() float64 {
	if c.rank != nil && c.rank.Unheard >= speaks && c.resource() == "" {
		return 0.5
	}
	return 1
}

// readOff interpolates reliability.
func readOff(margin float64) float64 {
	for k := 1; k < len(reliability); k++ {
		a, b := reliability[k-1], reliability[k]
		if margin < b[0] {
			return a[1] + (b[1]-a[1])*(margin-a[0])/(b[0]-a[0])
		}
	}
	return reliability[len(reliability)-1][1]
}

// reliability is how often a lead in nats was right.
var reliability = [][2]float64{{0, 0.1}, {2, 0.5}, {3, 0.85}, {6, 0.92}, {8, 0.97}, {16, 0.99}}

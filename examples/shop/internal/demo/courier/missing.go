package courier

import (
	"strconv"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/jsonl"
)

// Arrivals reads which numbers came out at the other end.
type Arrivals struct {
	follower *jsonl.Follower[events.Batch]
	numbers  map[int]bool
}

// NewArrivals reads the file of a file exporter.
func NewArrivals(path string) *Arrivals {
	return &Arrivals{follower: jsonl.Follow[events.Batch](path), numbers: map[int]bool{}}
}

// Missing returns those of the acknowledged numbers that did not arrive so far.
func (a *Arrivals) Missing(acked []int) ([]int, error) {
	batches, err := a.follower.Next()
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		for _, r := range b.Records() {
			if n, err := strconv.Atoi(r.Integer(Number)); err == nil {
				a.numbers[n] = true
			}
		}
	}
	var missing []int
	for _, n := range acked {
		if !a.numbers[n] {
			missing = append(missing, n)
		}
	}
	return missing, nil
}

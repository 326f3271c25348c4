package eval

import (
	"cmp"
	"slices"
	"sort"
)

// judged are the incidents of the half that nothing was learnt from.
func judged(all []shopRun) []shopRun {
	return filter(all, func(r shopRun) bool { return r.found && r.seed%2 == 1 })
}

// told is the confidence that the incident had.
func (r shopRun) told() float64 { return r.confidence }

// brier is the mean square of what a confidence was off.
func brier(list []shopRun, confidence func(shopRun) float64) float64 {
	sum := 0.0
	for _, r := range list {
		d := confidence(r)
		if r.right {
			d--
		}
		sum += d * d
	}
	return sum / float64(max(1, len(list)))
}

// baseRate is the Brier score of always saying how often it is right.
func baseRate(list []shopRun) float64 {
	p := float64(scoreOf(list).right) / float64(max(1, len(list)))
	return p * (1 - p)
}

// calibrate is how often a lead was right: isotonic regression (pool adjacent violators).
func calibrate(list []shopRun) func(shopRun) float64 {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b shopRun) int { return cmp.Compare(a.lead, b.lead) })
	type block struct{ from, right, n float64 }
	var blocks []block
	for _, r := range list {
		b := block{from: r.lead, n: 1}
		if r.right {
			b.right = 1
		}
		for k := len(blocks) - 1; k >= 0 && (blocks[k].right*b.n >= b.right*blocks[k].n || blocks[k].from == b.from); k-- {
			b = block{blocks[k].from, blocks[k].right + b.right, blocks[k].n + b.n}
			blocks = blocks[:k]
		}
		blocks = append(blocks, b)
	}
	return func(r shopRun) float64 {
		k := sort.Search(len(blocks), func(k int) bool { return blocks[k].from > r.lead })
		if k == 0 {
			return 0.5
		}
		return (blocks[k-1].right + 0.5) / (blocks[k-1].n + 1)
	}
}

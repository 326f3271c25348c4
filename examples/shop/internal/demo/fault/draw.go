package fault

import (
	"math/rand/v2"
	"slices"
)

// Place is one instance of the shop.
type Place struct {
	Role     string
	Service  string // its name in telemetry; the harness may have made it up
	Instance string
}

// Case is one fault in one place. A fault that is not in one instance leaves
// Instance empty, one that is outside of the shop leaves Service empty too.
type Case struct {
	Kind Kind // never Frontend: that is drawn into one of the first six
	Place
}

// Drawing is a shuffled list of cases. Places are handed out without putting
// them back for as long as they last, so that no case meets the cool-down that
// an earlier one left behind.
type Drawing struct {
	rng    *rand.Rand
	places []Place
	used   map[string]bool
}

// NewDrawing returns a drawing over the places of a shop.
func NewDrawing(seed uint64, places []Place) *Drawing {
	d := &Drawing{rng: rand.New(rand.NewPCG(seed, 0x5eed)), used: map[string]bool{}}
	d.places = append(d.places, places...)
	d.rng.Shuffle(len(d.places), func(i, j int) { d.places[i], d.places[j] = d.places[j], d.places[i] })
	return d
}

// Draw puts every kind somewhere, in shuffled order if shuffle is set.
func (d *Drawing) Draw(kinds []Kind, shuffle bool) []Case {
	kinds = append([]Kind(nil), kinds...)
	if shuffle {
		d.rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		apart(kinds, Load, Frontend)
	}
	cases := make([]Case, len(kinds))
	for i, k := range kinds { // a release takes a whole service: let it choose first
		if k == Release {
			cases[i] = d.release()
		}
	}
	for i, k := range kinds {
		if k != Release {
			cases[i] = d.put(k)
		}
	}
	return cases
}

// apart keeps two kinds from following each other: what is done about both is
// done to the same service, which rests for a while after the first.
func apart(kinds []Kind, a, b Kind) {
	i, j := slices.Index(kinds, a), slices.Index(kinds, b)
	if i < 0 || j < 0 || distance(i, j) > 1 {
		return
	}
	for k := range kinds {
		if k != i && distance(k, i) > 1 {
			kinds[j], kinds[k] = kinds[k], kinds[j]
			return
		}
	}
}

func distance(i, j int) int { return max(i-j, j-i) }

func (d *Drawing) put(k Kind) Case {
	switch k {
	case Bank, Load, Agent:
		return Case{Kind: k}
	case Frontend:
		kind := ofInstance[d.rng.IntN(len(ofInstance))]
		return Case{Kind: kind, Place: d.take(func(p Place) bool { return p.Role == InFrontend })}
	default:
		return Case{Kind: k, Place: d.take(func(p Place) bool { return p.Role != InFrontend })}
	}
}

func (d *Drawing) release() Case {
	p := d.take(func(p Place) bool { return p.Role != InFrontend })
	for _, o := range d.places {
		if o.Service == p.Service {
			d.used[o.Instance] = true
		}
	}
	p.Instance = ""
	return Case{Kind: Release, Place: p}
}

// take hands out the first unused place that fits, and begins anew when there
// is none.
func (d *Drawing) take(fits func(Place) bool) Place {
	for _, again := range []bool{false, true} {
		for _, p := range d.places {
			if fits(p) && (again || !d.used[p.Instance]) {
				d.used[p.Instance] = true
				return p
			}
		}
	}
	return Place{}
}

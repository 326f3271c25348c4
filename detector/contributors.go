package detector

import (
	"cmp"
	"slices"
)

// contributors are the names with the largest share in what is strange about a
// group. Of more names than there are places the least gives way, and the new one
// has its sum: a share may be too large, never too small (Space-Saving; Metwally,
// Agrawal and El Abbadi 2005).
type contributors struct {
	name [contributorsKept]uint32
	sum  [contributorsKept]float32
}

const (
	contributorsKept = 8
	contributes      = 1 // square of a score; less is no news
)

func (c *contributors) add(name uint32, square float32) {
	least := 0
	for i := range c.name {
		if c.name[i] == name {
			c.sum[i] += square
			return
		}
		if c.sum[i] < c.sum[least] {
			least = i
		}
	}
	c.name[least] = name
	c.sum[least] += square
}

// Contribution is the share that the series of one name have in what is strange
// about a group.
type Contribution struct {
	Name  uint32  // as given to Name
	Share float64 // of the sum of squared scores over one deviation
}

// Contributions appends what made up the slot that Group closed last, the largest
// share first.
func (s *Store) Contributions(ref ResourceRef, to []Contribution) []Contribution {
	if ref == 0 {
		return to
	}
	i := s.resources.pool.at(uint32(ref)).group
	if i == 0 {
		return to
	}
	g := s.groups.pool.at(i)
	total := float32(0)
	for _, sum := range g.told.sum {
		total += sum
	}
	from := len(to)
	for k, sum := range g.told.sum {
		if sum > 0 {
			to = append(to, Contribution{Name: g.told.name[k], Share: float64(sum / total)})
		}
	}
	slices.SortFunc(to[from:], func(a, b Contribution) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name, b.Name))
	})
	return to
}

package profile

import "slices"

// aligned is how often something followed, then and now.
type aligned struct {
	to      ID
	was, is uint32
}

// align lists what followed in either context. What one of them lacks may be among
// the Other of it, if that was full: there it counts as Other on both sides. Else
// names that never come twice, such as those with a hash in them, would differ for
// ever from a baseline that has no room for more.
func align(old, now *Context) []aligned {
	list := make([]aligned, 0, len(old.Next)+len(now.Next))
	other := aligned{to: Other}
	oldFull, nowFull := old.find(Other) >= 0, now.find(Other) >= 0
	for _, n := range old.Next {
		k := now.find(n.To)
		switch {
		case n.To == Other || k < 0 && nowFull:
			other.was += n.N
		case k < 0:
			list = append(list, aligned{n.To, n.N, 0})
		default:
			list = append(list, aligned{n.To, n.N, now.Next[k].N})
		}
	}
	for _, n := range now.Next {
		known := old.find(n.To) >= 0
		switch {
		case n.To == Other || !known && oldFull:
			other.is += n.N
		case !known:
			list = append(list, aligned{n.To, 0, n.N})
		}
	}
	if oldFull || nowFull {
		list = append(list, other)
	}
	return list
}

// find is the index of a successor; -1: there is none.
func (c *Context) find(to ID) int {
	return slices.IndexFunc(c.Next, func(n Next) bool { return n.To == to })
}

// position is where a successor is counted in a pool of several contexts: what found
// no room there is its Other. -1: it came nowhere.
func (x *pool) position(to ID) int {
	if i := x.find(to); i >= 0 {
		return i
	}
	return x.find(Other)
}

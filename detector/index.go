package detector

// index finds the place of what has a hash. It is an open-addressing table with
// linear probing of 8 bytes a slot: a quarter of what a map of keys takes, and a
// lookup touches one line of memory besides the value itself. Hashes are keyed,
// so nobody outside can make them collide.
type index struct {
	slots []uint64 // upper half of the hash, and the place; 0: free
	shift uint     // 32 − log₂ of the number of slots
	held  int
}

const minSlots = 16

// seek returns the first slot at or after at whose hash may be h, and its place;
// a place of 0 ends the search, which begins at home(h).
func (x *index) seek(h uint64, at uint32) (slot, place uint32) {
	if len(x.slots) == 0 {
		return 0, 0
	}
	mask := uint32(len(x.slots) - 1)
	for at &= mask; ; at = (at + 1) & mask {
		e := x.slots[at]
		if e == 0 || e>>32 == h>>32 {
			return at, uint32(e)
		}
	}
}

func (x *index) home(h uint64) uint32 { return uint32(h >> 32 >> x.shift) }

// put adds a place, which is not 0.
func (x *index) put(h uint64, place uint32) {
	if 4*(x.held+1) > 3*len(x.slots) {
		x.grow()
	}
	x.held++
	x.insert(h>>32<<32 | uint64(place))
}

func (x *index) insert(e uint64) {
	mask := uint32(len(x.slots) - 1)
	at := x.home(e)
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = e
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]uint64, max(minSlots, 2*len(old)))
	x.shift = 32
	for n := len(x.slots); n > 1; n /= 2 {
		x.shift--
	}
	for _, e := range old {
		if e != 0 {
			x.insert(e)
		}
	}
}

// drop takes out the entry of a slot. What would not be found any more for the
// hole moves up (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
func (x *index) drop(slot uint32) {
	x.held--
	mask := uint32(len(x.slots) - 1)
	hole := slot
	for at := (hole + 1) & mask; x.slots[at] != 0; at = (at + 1) & mask {
		if (at-x.home(x.slots[at]))&mask >= (at-hole)&mask {
			x.slots[hole] = x.slots[at]
			hole = at
		}
	}
	x.slots[hole] = 0
}

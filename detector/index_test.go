package detector

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIndexIsAMap compares it with a map over random puts and drops, with hashes
// so much alike that most of them collide.
func TestIndexIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var x index
	type entry struct {
		hash  uint64
		place uint32
	}
	var want []entry
	next := uint32(1)
	for range 200_000 {
		if len(want) < 3000 && r.IntN(2) == 0 {
			h := uint64(r.Uint32N(64))<<58 | uint64(r.Uint32N(4))<<32 | uint64(r.Uint32())
			x.put(h, next)
			want = append(want, entry{h, next})
			next++
			continue
		}
		if len(want) > 0 {
			i := r.IntN(len(want))
			x.drop(slotOf(t, &x, want[i].hash, want[i].place))
			want[i] = want[len(want)-1]
			want = want[:len(want)-1]
		}
	}
	require.Equal(t, len(want), x.held)
	for _, e := range want {
		slotOf(t, &x, e.hash, e.place)
	}
	_, none := x.seek(1<<63|7<<40, x.home(1<<63|7<<40))
	require.Zero(t, none)
}

func slotOf(t *testing.T, x *index, h uint64, place uint32) uint32 {
	t.Helper()
	slot, found := x.seek(h, x.home(h))
	for found != 0 && found != place {
		slot, found = x.seek(h, slot+1)
	}
	require.Equal(t, place, found)
	return slot
}

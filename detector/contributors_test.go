package detector

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestContributionsOfTheSlotThatWasClosed(t *testing.T) {
	s := NewStore(Settings{MaxSeries: 10, IdleTimeout: time.Hour})
	res := s.Resource(Key{1, 1}, Key{2, 2}, second)
	m := NewDefaultEWMA()
	g := s.groups.pool.at(s.resources.pool.at(uint32(res)).group)
	s.Group(res, &m, second)
	for _, member := range []struct {
		name  uint32
		score float64
	}{{7, 3}, {8, -2}, {7, -1}, {9, 0.5}} {
		g.add(second, member.score, member.name)
	}
	s.Group(res, &m, 2*second)
	want := []Contribution{{7, 10.0 / 14}, {8, 4.0 / 14}}
	got := s.Contributions(res, nil)
	require.Len(t, got, 2)
	for i := range want {
		assert.Equal(t, want[i].Name, got[i].Name)
		assert.InDelta(t, want[i].Share, got[i].Share, 1e-6)
	}
	s.Group(res, &m, 3*second)
	assert.Empty(t, s.Contributions(res, nil), "nothing was strange")
}

// TestContributorsKeepTheLargest adds a thousand names of which one has a third of
// all: it is there, and no share is too small.
func TestContributorsKeepTheLargest(t *testing.T) {
	var c contributors
	r := rand.New(rand.NewPCG(5, 6))
	sum := float32(0)
	for range 3000 {
		name := uint32(1)
		if r.IntN(3) > 0 {
			name = 2 + r.Uint32N(1000)
		} else {
			sum++
		}
		c.add(name, 1)
	}
	for i, name := range c.name {
		if name == 1 {
			assert.GreaterOrEqual(t, c.sum[i], sum)
			return
		}
	}
	t.Fatal("the largest was lost")
}

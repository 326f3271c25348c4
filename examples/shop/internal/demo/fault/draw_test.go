package fault

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var places = []Place{
	{"frontend", "frontend", "frontend-1"},
	{"checkout", "checkout", "checkout-1"},
	{"checkout", "checkout", "checkout-2"},
	{"cart", "cart", "cart-1"},
	{"catalogue", "catalogue", "catalogue-1"},
	{"catalogue", "catalogue", "catalogue-2"},
	{"payment", "payment", "payment-1"},
	{"payment", "payment", "payment-2"},
	{"inventory", "inventory", "inventory-1"},
}

func TestDrawIsTheSameForTheSameSeed(t *testing.T) {
	draw := func(seed uint64) []Case { return NewDrawing(seed, places).Draw(Kinds, true) }
	assert.Equal(t, draw(7), draw(7))
	assert.NotEqual(t, draw(7), draw(8))
}

func TestDrawGivesNoPlaceTwice(t *testing.T) {
	for seed := range uint64(200) {
		cases := NewDrawing(seed, places).Draw(Kinds, true)
		require.Len(t, cases, len(Kinds))
		for i, c := range cases[1:] {
			require.False(t, c.Kind == Load && cases[i].Role == InFrontend, "seed %d: a rush after a fault in the frontend", seed)
			require.False(t, cases[i].Kind == Load && c.Role == InFrontend, "seed %d: a fault in the frontend after a rush", seed)
		}
		seen, released := map[string]bool{}, ""
		for _, c := range cases {
			if c.Kind == Release {
				require.Empty(t, c.Instance)
				require.NotEqual(t, InFrontend, c.Role)
				released = c.Service
			}
		}
		inFrontend := 0
		for _, c := range cases {
			if c.Instance == "" {
				continue
			}
			require.False(t, seen[c.Instance], "seed %d gives %s twice", seed, c.Instance)
			require.NotEqual(t, released, c.Service, "seed %d breaks an instance of the released service too", seed)
			seen[c.Instance] = true
			if c.Role == InFrontend {
				inFrontend++
			}
		}
		require.Equal(t, 1, inFrontend, "exactly one fault is in the frontend")
	}
}

func TestDrawKeepsTheOrderUnlessShuffled(t *testing.T) {
	kinds := []Kind{Hang, Errors, Release, Bank}
	for i, c := range NewDrawing(1, places).Draw(kinds, false) {
		assert.Equal(t, kinds[i], c.Kind)
	}
}

func TestDrawBeginsAnewWhenPlacesRunOut(t *testing.T) {
	few := places[:2]
	cases := NewDrawing(1, few).Draw([]Kind{Hang, Slow, Errors}, false)
	for _, c := range cases {
		assert.Equal(t, "checkout-1", c.Instance)
	}
}

func TestEveryKindHasAnAnswer(t *testing.T) {
	for _, k := range Kinds {
		if k != Frontend {
			assert.NotEmpty(t, Case{Kind: k}.Answer().Causes, k)
		}
		found, ok := Find(string(k))
		assert.True(t, ok)
		assert.Equal(t, k, found)
	}
	_, ok := Find("flood")
	assert.False(t, ok)
}

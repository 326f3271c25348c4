package profile

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func context(counts map[string]int) *Context {
	c := &Context{}
	for name, n := range counts {
		for range n {
			c.add(IDOf(name), 1)
			c.Traces++
		}
	}
	return c
}

// rubbish has so many names that each comes once.
func rubbish(from, n int) *Context {
	c := &Context{}
	for k := range n {
		c.add(IDOf(fmt.Sprint("name-", from+k)), 1)
		c.Traces++
	}
	return c
}

func TestNamesThatNeverComeTwiceAreNoChange(t *testing.T) {
	base := rubbish(0, 2000)
	for _, n := range []int{20, 60, 1000} {
		assert.Less(t, changed(base, rubbish(5000, n)), 2.0, "%d new names against a full baseline", n)
	}
}

// What a baseline with room does not have is new, and what came often and is gone
// is missing, also from a full one.
func TestWhatIsNewAndWhatIsGoneStillCount(t *testing.T) {
	base := context(map[string]int{"a": 300, "b": 300})
	assert.Greater(t, changed(base, context(map[string]int{"a": 30, "c": 30})), 10.0)
	assert.Greater(t, changed(base, context(map[string]int{"a": 60})), 10.0)

	usual := context(map[string]int{"a": 1000})
	for _, n := range rubbish(0, 100).Next {
		usual.add(n.To, int32(n.N))
		usual.Traces += n.N
	}
	b := context(map[string]int{"b": 40})
	assert.Greater(t, changed(usual, b), 10.0)
	e := ContextEvidence{}
	e.compare(usual, b, float64(usual.Count()), float64(b.Count()))
	assert.Equal(t, []ID{IDOf("a"), Other}, []ID{e.Lost, e.Came}, "b may have been among the others")
}

// A caller whose successors found no room in the pool counts there as Other.
func TestCallersOfManyNamesDoNotDiffer(t *testing.T) {
	p := New(DefaultLimits())
	for k := range 4000 {
		x := p.context(FamilyCalls, 1, 2, Start, ID(10+k%2))
		x.add(IDOf(fmt.Sprint("name-", k)), 1)
		x.Traces++
	}
	pools := pooledContexts(p)
	require.Len(t, pools, 1)
	for _, x := range pools {
		assert.False(t, x.callersDiffer(p))
	}
}

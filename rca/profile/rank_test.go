package profile

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	front, back, store = IDOf("front"), IDOf("back"), IDOf("store")
	op                 = IDOf("op")
)

// shop is front calling back calling store, a client span each, with lines in back.
type shop struct {
	r          *rand.Rand
	gap        map[[2]ID]int64 // added to calls
	own        map[ID]int64    // added to own times
	shortcut   bool            // back ends after its first line
	storeFails bool
	backFails  bool
}

func (s *shop) trace() (spans []Span, lines []Line) {
	ms := func(n float64) int64 { return int64(n * 1e6 * (0.8 + 0.4*s.r.Float64())) }
	var call func(parent int32, from, to ID, start int64) (end int64, status ID)
	var serve func(parent int32, node ID, start int64) (int64, ID)
	call = func(parent int32, from, to ID, start int64) (int64, ID) {
		i := int32(len(spans))
		spans = append(spans, Span{Parent: parent, Node: from, Op: op, Calls: true, Peer: to, Start: start, Status: OK})
		end, status := serve(i, to, start+ms(1)/2)
		end += ms(1)/2 + s.gap[[2]ID{from, to}]
		spans[i].End, spans[i].Status = end, status
		return end, status
	}
	serve = func(parent int32, node ID, start int64) (int64, ID) {
		i := int32(len(spans))
		spans = append(spans, Span{Parent: parent, Node: node, Op: op, Start: start, Status: OK})
		at := start + ms(5) + s.own[node]
		status := OK
		line := func(text string) { lines = append(lines, Line{Span: i, Node: node, At: at, Sym: IDOf(text)}) }
		switch node {
		case front:
			at, status = call(i, front, back, at)
		case back:
			line("begin")
			if s.shortcut {
				break
			}
			at++
			line("ask")
			at, status = call(i, back, store, at)
			at++
			line("done")
			if s.backFails {
				status = IDOf("ValueError")
			}
		case store:
			if s.storeFails {
				status = IDOf("IOError")
			}
		}
		spans[i].End, spans[i].Status = at, status
		return at, status
	}
	serve(-1, front, 1e9)
	return spans, lines
}

func (s *shop) collect(n int) *Profile {
	p := New(DefaultLimits())
	var col Collector
	for range n {
		spans, lines := s.trace()
		col.Collect(p, spans, lines, 1)
	}
	return p
}

func TestRankingNamesTheCauseAndNotItsVictims(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault shop
		want  ID
		check func(t *testing.T, r Rank)
	}{
		{"a function that ends early, without an error", shop{shortcut: true}, back, func(t *testing.T, r Rank) {
			require.NotNil(t, r.Transition)
			assert.Equal(t, End, r.Transition.Came)
			assert.InDelta(t, 1, r.Transition.CameIs, 0.01)
		}},
		{"the deepest service fails", shop{storeFails: true}, store, func(t *testing.T, r Rank) {
			assert.Equal(t, FamilyStatus, r.Transition.Family)
			assert.Equal(t, IDOf("IOError"), r.Transition.Came)
		}},
		{"one in the middle fails", shop{backFails: true}, back, func(t *testing.T, r Rank) {
			assert.Equal(t, FamilyStatus, r.Transition.Family)
		}},
		{"slow code", shop{own: map[ID]int64{store: 50e6}}, store, func(t *testing.T, r Rank) {
			assert.Equal(t, SegmentSelf, r.Time.Kind)
			assert.InDelta(t, 0.005, r.Time.Usual, 0.004)
		}},
		{"network into a service", shop{gap: map[[2]ID]int64{{front, back}: 100e6}}, back, func(t *testing.T, r Rank) {
			assert.Equal(t, SegmentGap, r.Time.Kind)
			assert.Equal(t, front, r.Time.From)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			usual := shop{r: rand.New(rand.NewSource(1))}
			c.fault.r = rand.New(rand.NewSource(2))
			ranks := Ranking(c.fault.collect(40), usual.collect(300))
			require.Equal(t, c.want, ranks[0].Node)
			assert.Greater(t, ranks[0].Score, ranks[1].Score+8, "clearly")
			c.check(t, ranks[0])
		})
	}
}

func TestRankingOfNothingUnusualIsQuiet(t *testing.T) {
	for seed := range int64(20) {
		usual, now := shop{r: rand.New(rand.NewSource(seed))}, shop{r: rand.New(rand.NewSource(seed + 100))}
		for _, r := range Ranking(now.collect(40), usual.collect(300)) {
			assert.Less(t, r.Score, 3.0)
		}
	}
}

// A release of an hour ago changed the lines of back; what fails now is store.
func TestWhatWasSoBeforeIsNoCause(t *testing.T) {
	long := shop{r: rand.New(rand.NewSource(1)), shortcut: true}
	recent := shop{r: rand.New(rand.NewSource(2))}
	now := shop{r: rand.New(rand.NewSource(3)), storeFails: true}
	base, lately := long.collect(3000), recent.collect(200)
	base.Merge(lately)
	of := func(list []Rank, n ID) Rank {
		i := slices.IndexFunc(list, func(r Rank) bool { return r.Node == n })
		require.GreaterOrEqual(t, i, 0)
		return list[i]
	}
	assert.Greater(t, of(Ranking(now.collect(40), base), back).T, 20.0, "by the long baseline alone, the release is loud")
	ranks := Ranking(now.collect(40), base, lately)
	assert.Equal(t, store, ranks[0].Node)
	assert.Less(t, of(ranks, back).T, 1.0)
}

func TestAMaterialGrowthIsAskedFor(t *testing.T) {
	usual, now := shop{r: rand.New(rand.NewSource(1))}, shop{r: rand.New(rand.NewSource(2)), own: map[ID]int64{store: 1e6}}
	for _, r := range Ranking(now.collect(300), usual.collect(300)) {
		assert.Less(t, r.L, 0.0, "a millisecond more of seventeen is significant, and of no matter")
	}
}

func TestMetricsByTheTailOfAllInstances(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	base, now := New(DefaultLimits()), New(DefaultLimits())
	cpu, wild := IDOf("cpu"), IDOf("p99")
	for i := range 20 {
		node := IDOf(fmt.Sprint(i))
		for range 60 {
			base.AddGauge(node, node, cpu, 10*(0.9+0.2*r.Float64()))
			base.AddGauge(node, node, wild, 10*r.ExpFloat64()/r.Float64())
		}
		v := 10.0
		if i == 7 {
			v = 95
		}
		now.AddGauge(node, node, cpu, v+r.Float64())
		w := 10 + r.Float64()
		if i == 3 {
			w = 300
		}
		now.AddGauge(node, node, wild, w)
	}
	list := metrics(base, now)
	require.NotEmpty(t, list)
	for _, x := range list {
		if x.Nats == 0 {
			continue
		}
		if x.Metric == cpu {
			assert.Equal(t, IDOf("7"), x.Node)
			assert.Greater(t, x.Nats, 5.0)
			continue
		}
		assert.Less(t, x.Nats, 3.0, "a metric that jumps anyway is hardly evidence")
	}
}

func TestBayesFactors(t *testing.T) {
	// Two coins: 5 of 10 against 9 of 10.
	assert.InDelta(t, 0.941, factorOfShares(5, 10, 9, 10), 0.01)
	same := factorOfShares(50, 100, 5, 10)
	assert.Negative(t, same, "as ever speaks against a change")
	both := make([]float64, 2)
	assert.InDelta(t, factorOfShares(3, 10, 9, 12), factorOfDistributions([]float64{3, 7}, []float64{9, 3}, both), 1e-9)
}

func TestTemplates(t *testing.T) {
	tm := NewTemplates(NewNames(100))
	n := IDOf("s")
	assert.Equal(t, tm.Of(n, "", "user 17 logged in"), tm.Of(n, "", "user 18 logged in"))
	assert.Equal(t, tm.Of(n, "", "user anna logged in"), tm.Of(n, "", "user bert logged in"), "words that vary")
	assert.NotEqual(t, tm.Of(n, "", "user anna logged in"), tm.Of(n, "", "cache miss for key"))
	assert.Equal(t, tm.Of(n, "a.go:12", "anything"), tm.Of(n, "a.go:12", "at all"))
	assert.Equal(t, tm.Of(n, "", "INFO o.s.OrderImpl#68 empty"), tm.Of(n, "", "INFO o.s.OrderImpl#68 something else"))
	assert.Equal(t, tm.Of(n, "", "level=info caller=main.go:33 msg=x"), tm.Of(n, "", "level=info caller=main.go:33 msg=y z"))
	assert.Empty(t, placeIn("connect to db.internal:5432 refused"))
	for i := range 10_000 {
		tm.Of(n, "", fmt.Sprintf("%c%c%c word", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26))
	}
	assert.LessOrEqual(t, tm.count, maxTemplates)
	assert.Positive(t, tm.Dropped)
}

func TestAnInstanceAgainstItsSiblings(t *testing.T) {
	usual := shop{r: rand.New(rand.NewSource(1))}
	base := usual.collect(300)
	for _, c := range []struct {
		name string
		bad  []int // instances of back whose requests end early
		want int   // the one that stands out; -1: none
	}{{"one", []int{1}, 1}, {"all", []int{0, 1, 2}, -1}} {
		t.Run(c.name, func(t *testing.T) {
			now := New(DefaultLimits())
			var col Collector
			for k := range 90 {
				s := shop{r: rand.New(rand.NewSource(int64(k))), shortcut: slices.Contains(c.bad, k%3)}
				spans, lines := s.trace()
				for i := range spans {
					if spans[i].Node == back {
						spans[i].Instance = ID(k%3 + 1)
					}
				}
				col.Collect(now, spans, lines, 1)
			}
			list := Instances(now, back, base)
			require.Len(t, list, 3)
			if c.want < 0 {
				assert.Less(t, list[0].Apart, 2.0, "all alike")
				return
			}
			assert.Equal(t, ID(c.want+1), list[0].Instance)
			assert.Greater(t, list[0].X, list[1].X+8)
			assert.Greater(t, list[0].Apart, 8.0)
		})
	}
}

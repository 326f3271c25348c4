package profile

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// ContextEvidence is a context whose successors changed: after From, Lost came
// less often than before, and Came more often.
type ContextEvidence struct {
	Family             Family
	Node, Op, From     ID
	Caller, Callee     ID // of an answer, and of a call that went unanswered
	Nats               float64
	Lost, Came         ID
	Ended              ID      // of a call that went unanswered: how, if that is known
	LostWas, LostIs    float64 // shares
	CameWas, CameIs    float64
	TracesWas, TraceIs float64 // effective counts behind them
	// Silent says that the callee was always heard, and is no more.
	Silent bool
	// Unheard says that a call vanished and that no span tells whether it was made.
	Unheard bool
}

// SegmentEvidence is a time that grew, or did not.
type SegmentEvidence struct {
	Kind     SegmentKind
	Node     ID // who is charged
	Op       ID
	From, To ID // of gaps and calls
	Nats     float64
	Over     float64 // threshold in seconds
	Usual    float64 // median in seconds
	WasAbove float64 // shares above the threshold
	IsAbove  float64
	Traces   float64
}

// Rank is what speaks for a service as the cause.
type Rank struct {
	Node       ID
	Score      float64
	T, L, M    float64
	X          float64 // T + L + M, and no L below zero
	Explained  float64 // strongest X among what it calls
	Unheard    float64 // nats of calls that vanished, of which no span tells whether they were made
	Transition *ContextEvidence
	Time       *SegmentEvidence
	Metric     *MetricEvidence
}

// Ranking compares a stretch of time with what it usually looks like. It lists
// every service that is in the stretch, the likeliest cause first.
//
// There may be several baselines, such as a long and a recent one: only what
// differs from each of them counts. A state that comes and goes is in the long
// one, a release of an hour ago in the recent one.
func Ranking(now *Profile, bases ...*Profile) []Rank {
	ranks := map[ID]*Rank{}
	at := func(n ID) *Rank {
		r := ranks[n]
		if r == nil {
			r = &Rank{Node: n}
			ranks[n] = r
		}
		return r
	}
	for _, x := range leastOf(bases, contextKey, func(x *ContextEvidence) float64 { return x.Nats }, func(b *Profile) []ContextEvidence { return contexts(b, now) }) {
		if r := at(x.Node); x.Nats > r.T || x.Nats == r.T && r.Transition != nil && before(&x, r.Transition) {
			r.T, r.Transition = max(0, x.Nats), &x
		}
		if r := at(x.Node); x.Unheard {
			r.Unheard = max(r.Unheard, x.Nats)
		}
	}
	for _, x := range leastOf(bases, segmentKey, func(x *SegmentEvidence) float64 { return x.Nats }, func(b *Profile) []SegmentEvidence { return times(b, now) }) {
		if r := at(x.Node); r.Time == nil || x.Nats > r.L {
			r.L, r.Time = x.Nats, &x
		}
	}
	for _, x := range leastOf(bases, metricKey, func(x *MetricEvidence) float64 { return x.Nats }, func(b *Profile) []MetricEvidence { return metrics(b, now) }) {
		if r := at(x.Node); x.Nats > r.M || x.Nats == r.M && x.Nats > 0 && x.Metric < r.Metric.Metric {
			r.M, r.Metric = x.Nats, &x
		}
	}
	waits := map[ID]bool{} // those whose callee fell silent
	for _, r := range ranks {
		if x := r.Transition; x != nil && x.Silent && x.Node == x.Callee {
			waits[x.Caller] = true
		}
	}
	below := reach(append(bases, now)...)
	for _, r := range ranks {
		r.X = r.T + max(0, r.L) + r.M
	}
	list := make([]Rank, 0, len(ranks))
	for _, r := range ranks {
		for _, n := range below(r.Node) {
			if o := ranks[n]; o != nil && n != r.Node {
				r.Explained = max(r.Explained, o.X)
			}
		}
		own := r.T
		if waits[r.Node] {
			own += max(0, r.L) // for an answer, as far as its spans tell
		}
		r.Score = max(0, own-r.Explained) + r.M
		if !waits[r.Node] {
			r.Score += r.L
		}
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Rank) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.X, a.X), cmp.Compare(a.Node, b.Node))
	})
	return list
}

// leastOf compares with each baseline and keeps of everything the least evidence.
// A baseline that does not know something says nothing about it.
func leastOf[X any](bases []*Profile, key func(*X) ID, nats func(*X) float64, find func(*Profile) []X) []X {
	if len(bases) == 0 {
		return nil
	}
	list := find(bases[0])
	for _, b := range bases[1:] {
		at := map[ID]int{}
		for k := range list {
			at[key(&list[k])] = k
		}
		for _, x := range find(b) {
			if k, ok := at[key(&x)]; !ok {
				list = append(list, x)
			} else if nats(&x) < nats(&list[k]) {
				list[k] = x
			}
		}
	}
	return list
}

func contextKey(x *ContextEvidence) ID {
	node := x.Node
	switch {
	case x.Family == FamilyAnswer:
		node = x.Callee
	case x.Callee != 0:
		node = x.Caller
	}
	return contextID(x.Family, node, x.Op, x.From, 0)
}

func segmentKey(x *SegmentEvidence) ID {
	if x.Kind != SegmentSelf {
		return segmentID(x.Kind, x.To, x.Op)
	}
	return segmentID(x.Kind, x.Node, x.Op)
}

func metricKey(x *MetricEvidence) ID { return Combine(Combine(x.Node, x.Instance), x.Metric) }

func before(a, b *ContextEvidence) bool {
	return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Op, b.Op), cmp.Compare(a.From, b.From)) < 0
}

// contexts lists the contexts that changed, in a fixed order. Those of several
// callers that were seen to differ are compared each by itself, and add up: so a
// change of who asks how much is none. A caller without a baseline of its own is
// compared with all.
func contexts(base, now *Profile) []ContextEvidence {
	before, after := pooledContexts(base), pooledContexts(now)
	var list []ContextEvidence
	for _, key := range slices.Sorted(maps.Keys(after)) {
		old, x := before[key], after[key]
		if old == nil || x.Family == FamilyLeaf {
			continue
		}
		nats := 0.0
		if old.callersDiffer(base) {
			for _, id := range x.parts {
				part, was := now.contexts[id], base.contexts[id]
				if was == nil || was.effective() < minBaseline {
					was = &old.Context
				}
				nats += changed(was, part)
			}
		} else {
			nats = changed(&old.Context, &x.Context)
		}
		nb, nc := float64(old.Count()), float64(x.Count())
		e := ContextEvidence{
			Family: x.Family, Node: x.Node, Op: x.Op, From: x.From, Nats: nats,
			TracesWas: old.effective(), TraceIs: x.effective(),
		}
		e.compare(&old.Context, &x.Context, nb, nc)
		switch {
		case x.Family == FamilyAnswer:
			e.Caller, e.Callee = x.Op, x.Node
		case x.Family == FamilyCalls && e.Came != End && now.callees[e.Came] == 0 && base.callees[e.Lost] != 0:
			// It calls as ever, and nobody answers: what comes instead of the call
			// is a span of its own.
			e.Caller, e.Callee = x.Node, base.callees[e.Lost]
			e.Node, e.Ended = e.Callee, ended(after, x.Node, e.Came)
		case x.Family == FamilyCalls && base.direct[e.Lost] != 0 && now.silent[base.direct[e.Lost]]:
			e.Caller, e.Callee, e.Silent = x.Node, base.direct[e.Lost], true
			e.Node = e.Callee
		}
		e.Unheard = x.Family == FamilyCalls && base.direct[e.Lost] != 0
		list = append(list, e)
	}
	chargeAnswers(list)
	return list
}

// ended is how most of the calls ended that nobody answered; 0: nobody knows.
func ended(pools map[ID]*pool, node, sym ID) (status ID) {
	x := pools[contextID(FamilyLeaf, node, sym, Start, 0)]
	if x == nil {
		return 0
	}
	most := uint32(0)
	for _, n := range x.Next {
		if n.N > most || n.N == most && n.To < status {
			most, status = n.N, n.To
		}
	}
	return status
}

// pool is a context over all callers.
type pool struct {
	Context
	parts []ID
}

func pooledContexts(p *Profile) map[ID]*pool {
	m := map[ID]*pool{}
	for _, id := range slices.Sorted(maps.Keys(p.contexts)) {
		c := p.contexts[id]
		key := contextID(c.Family, c.Node, c.Op, c.From, 0)
		x := m[key]
		if x == nil {
			x = &pool{Context: Context{Family: c.Family, Node: c.Node, Op: c.Op, From: c.From}}
			m[key] = x
		}
		x.parts = append(x.parts, id)
		x.Traces += c.Traces
		for _, n := range c.Next {
			x.add(n.To, int32(n.N))
		}
	}
	return m
}

// callersDiffer tells whether what follows depends on who asks: whether a
// distribution for each caller describes the baseline better than one for all.
func (x *pool) callersDiffer(p *Profile) bool {
	if len(x.parts) < 2 {
		return false
	}
	apart, k := 0.0, len(x.Next)
	all := make([]float64, k)
	part := make([]float64, k)
	for _, id := range x.parts {
		c := p.contexts[id]
		w := c.weight()
		clear(part)
		for _, n := range c.Next {
			i := x.position(n.To)
			if i < 0 {
				continue // all of it was taken back
			}
			part[i] += float64(n.N) * w
			all[i] += float64(n.N) * w
		}
		apart += lnDM(part, k)
	}
	return apart > lnDM(all, k)
}

// weight is what one event counts: events of one trace count as one.
func (c *Context) weight() float64 {
	n := c.Count()
	if n == 0 {
		return 0
	}
	return min(1, float64(c.Traces)/float64(n))
}

func (c *Context) effective() float64 { return float64(c.Count()) * c.weight() }

// changed is the logarithm of the Bayes factor that successors are distributed
// otherwise than they were.
func changed(old, now *Context) float64 {
	fb, fc := old.weight(), now.weight()
	if fc == 0 || old.effective() < minBaseline {
		return 0
	}
	b, c := make([]float64, 0, maxNext), make([]float64, 0, maxNext)
	for _, x := range align(old, now) {
		b = append(b, float64(x.was)*fb)
		c = append(c, float64(x.is)*fc)
	}
	if len(b) < 2 {
		return 0
	}
	return factorOfDistributions(b, c, make([]float64, len(b)))
}

// compare finds the successor that lost the most, and the one that won the most.
func (e *ContextEvidence) compare(old, now *Context, nb, nc float64) {
	lost, came := 0.0, 0.0
	for _, x := range align(old, now) {
		was, is := float64(x.was)/nb, float64(x.is)/nc
		if d := was - is; d > lost || d == lost && d > 0 && x.to < e.Lost {
			lost, e.Lost, e.LostWas, e.LostIs = d, x.to, was, is
		}
		if d := is - was; d > came || d == came && d > 0 && x.to < e.Came {
			came, e.Came, e.CameWas, e.CameIs = d, x.to, was, is
		}
	}
}

// times lists the evidence of every segment.
func times(base, now *Profile) []SegmentEvidence {
	if now.untimed {
		return nil
	}
	pools, all := map[ID]*scaled{}, scaled{}
	for _, key := range slices.Sorted(maps.Keys(base.segments)) { // sums of floats depend on their order
		if s := base.segments[key]; s.Kind == SegmentGap {
			if pools[s.Node] == nil {
				pools[s.Node] = &scaled{}
			}
			x := s.scaled()
			pools[s.Node].add(&x)
			all.add(&x)
		}
	}
	var list []SegmentEvidence
	for key, s := range now.segments {
		b, c := base.segments[key].scaled(), s.scaled()
		if s.Kind == SegmentGap && b.n < thinBaseline {
			// A network is much the same everywhere: borrow what is known of others.
			if p := pools[s.Node]; p != nil {
				b = *p
			}
			if b.n < thinBaseline {
				b = all
			}
		}
		nats, over, ok := grown(&b, &c)
		if !ok {
			continue
		}
		e := SegmentEvidence{
			Kind: s.Kind, Node: s.Node, Op: s.Op, Nats: nats, Over: over / 1e6, Usual: b.median() / 1e6, Traces: c.n,
		}
		if over > 0 {
			t := int(math.Log2(over) + 0.5)
			e.WasAbove, e.IsAbove = b.above(t)/b.n, c.above(t)/c.n
		}
		if s.Kind != SegmentSelf {
			e.From, e.To = s.Op, s.Node
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b SegmentEvidence) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Op, b.Op))
	})
	chargeGaps(list)
	return list
}

// reach returns a function that lists whom a service calls, directly or not.
func reach(list ...*Profile) func(ID) []ID {
	out := map[ID][]ID{}
	for _, p := range list {
		for k := range p.calls {
			if !slices.Contains(out[k.from], k.to) {
				out[k.from] = append(out[k.from], k.to)
			}
		}
	}
	return func(n ID) []ID {
		seen := map[ID]bool{n: true}
		todo := []ID{n}
		for k := 0; k < len(todo); k++ {
			for _, t := range out[todo[k]] {
				if !seen[t] {
					seen[t] = true
					todo = append(todo, t)
				}
			}
		}
		return todo[1:]
	}
}

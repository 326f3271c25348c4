package profile

import (
	"cmp"
	"slices"
)

// Merge adds what the other holds, which stays as it is.
func (p *Profile) Merge(o *Profile) {
	p.Traces = plus(p.Traces, int32(o.Traces))
	p.Dropped += o.Dropped
	for key, c := range o.contexts {
		m, ok := p.contexts[key]
		if !ok {
			if len(p.contexts) >= p.limits.Contexts {
				p.pruneContexts()
			}
			m = &Context{Family: c.Family, Node: c.Node, Op: c.Op, From: c.From, Caller: c.Caller, Next: make([]Next, 0, len(c.Next))}
			p.contexts[key] = m
		}
		m.Traces = plus(m.Traces, int32(c.Traces))
		for _, x := range c.Next {
			m.add(x.To, int32(x.N))
		}
	}
	for key, s := range o.segments {
		m, ok := p.segments[key]
		if !ok {
			if len(p.segments) >= p.limits.Segments {
				p.pruneSegments()
			}
			m = &Segment{Kind: s.Kind, Node: s.Node, Op: s.Op}
			p.segments[key] = m
		}
		m.Traces, m.N, m.RootSum = plus(m.Traces, int32(s.Traces)), plus(m.N, int32(s.N)), m.RootSum+s.RootSum
		for b, n := range s.Hist {
			m.Hist[b] = plus(m.Hist[b], int32(n))
		}
	}
	for key, n := range o.calls {
		p.call(key.from, key.to, int32(n))
	}
	for key, g := range o.gauges {
		if m := p.gauge(key); m != nil {
			m.merge(g)
		}
	}
	for sym, node := range o.callees {
		p.note(p.callees, sym, node)
	}
	for sym, node := range o.direct {
		p.note(p.direct, sym, node)
	}
	p.mergeParts(o)
}

// note keeps whom a symbol means, while there is room.
func (p *Profile) note(symbols map[ID]ID, sym, node ID) {
	if _, ok := symbols[sym]; !ok && len(symbols) < p.limits.Calls {
		symbols[sym] = node
	}
}

// Fade halves all counts and forgets what is left with none: what is older
// counts less, and what is gone leaves.
func (p *Profile) Fade() {
	p.Traces /= 2
	for key, c := range p.contexts {
		c.Traces = (c.Traces + 1) / 2
		for i := range c.Next {
			c.Next[i].N /= 2
		}
		c.Next = slices.DeleteFunc(c.Next, func(x Next) bool { return x.N == 0 })
		if len(c.Next) == 0 {
			delete(p.contexts, key)
		}
	}
	for key, s := range p.segments {
		s.Traces = (s.Traces + 1) / 2
		before := s.N
		s.N = 0
		for b := range s.Hist {
			s.Hist[b] /= 2
			s.N += s.Hist[b]
		}
		if s.N == 0 {
			delete(p.segments, key)
			continue
		}
		s.RootSum = uint64(float64(s.RootSum) * float64(s.N) / float64(before))
	}
	for key := range p.calls {
		if p.calls[key] /= 2; p.calls[key] == 0 {
			delete(p.calls, key)
		}
	}
	for key, g := range p.gauges {
		if g.fade(); g.N == 0 {
			delete(p.gauges, key)
		}
	}
}

// Prune forgets the quarter that was seen least.
func (p *Profile) Prune() {
	if len(p.contexts) > 0 {
		p.pruneContexts()
	}
	if len(p.segments) > 0 {
		p.pruneSegments()
	}
}

func (p *Profile) pruneContexts() {
	p.Dropped += prune(p.contexts, func(c *Context) uint64 { return uint64(c.Traces) })
}

func (p *Profile) pruneSegments() {
	p.Dropped += prune(p.segments, func(s *Segment) uint64 { return uint64(s.Traces) })
}

// prune forgets the quarter of least worth, in a fixed order among equals.
func prune[V any](m map[ID]V, worth func(V) uint64) uint64 {
	type entry struct {
		key   ID
		worth uint64
	}
	list := make([]entry, 0, len(m))
	for k, v := range m {
		list = append(list, entry{k, worth(v)})
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.worth, b.worth), cmp.Compare(a.key, b.key))
	})
	n := max(1, len(list)/4)
	for _, e := range list[:n] {
		delete(m, e.key)
	}
	return uint64(n)
}

// call counts calls from one service to another; past the limit new pairs are dropped.
func (p *Profile) call(from, to ID, n int32) {
	key := edgeKey{from, to}
	if old, ok := p.calls[key]; ok {
		p.calls[key] = plus(old, n)
		return
	}
	if n <= 0 {
		return
	}
	if len(p.calls) >= p.limits.Calls {
		p.Dropped++
		return
	}
	p.calls[key] = uint32(n)
}

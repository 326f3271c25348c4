package profile

import (
	"cmp"
	"maps"
	"slices"
)

// partKey names an instance that is held apart from its siblings.
type partKey struct{ node, instance ID }

// partLimits bound the profile of one instance.
var partLimits = Limits{Contexts: 2000, Segments: 500}

// part finds or makes the profile of an instance; nil if there is no room.
func (p *Profile) part(key partKey) *Profile {
	x, ok := p.parts[key]
	if !ok {
		if len(p.parts) >= p.limits.Parts {
			if p.limits.Parts > 0 {
				p.Dropped++
			}
			return nil
		}
		x = New(partLimits)
		if p.parts == nil {
			p.parts = map[partKey]*Profile{}
		}
		p.parts[key] = x
	}
	return x
}

// InstanceRank is what speaks for one instance of a service.
type InstanceRank struct {
	Instance ID
	X        float64 // nats by which it differs from what is usual
	Apart    float64 // nats by which it differs from its siblings now
}

// Instances compares the instances of a service with what is usual for it, and
// each with its siblings, the most unusual first.
func Instances(now *Profile, node ID, bases ...*Profile) []InstanceRank {
	var keys []partKey
	for key := range now.parts {
		if key.node == node {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b partKey) int { return cmp.Compare(a.instance, b.instance) })
	list := make([]InstanceRank, 0, len(keys))
	for _, key := range keys {
		x := InstanceRank{Instance: key.instance, X: strength(now.parts[key], node, bases...)}
		siblings := New(now.limits)
		for _, o := range keys {
			if o != key {
				siblings.Merge(now.parts[o])
			}
		}
		x.Apart = strength(now.parts[key], node, siblings)
		list = append(list, x)
	}
	slices.SortStableFunc(list, func(a, b InstanceRank) int { return cmp.Compare(b.X, a.X) })
	return list
}

func strength(now *Profile, node ID, bases ...*Profile) float64 {
	for _, r := range Ranking(now, bases...) {
		if r.Node == node {
			return r.X
		}
	}
	return 0
}

func (p *Profile) mergeParts(o *Profile) {
	if p.limits.Parts == 0 {
		return
	}
	for _, key := range slices.SortedFunc(maps.Keys(o.parts), func(a, b partKey) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.instance, b.instance))
	}) {
		if x := p.part(key); x != nil {
			x.Merge(o.parts[key])
		}
	}
}

package anomalyprocessor

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelheal/otelheal/detector"
)

// Kinds of texts and numbers, so that equal bits of different use differ.
const (
	useKey = iota + 1
	useText
	useBytes
	useInt
	useDouble
	useBool
	useNone
	useMap
	useList
	useMetric
	useScope
)

// maxDepth bounds the nesting of attribute values that is looked into.
const maxDepth = 8

// hashMap is the sum of the hashes of its pairs: in any order, without sorting.
func hashMap(h detector.Hasher, m pcommon.Map, depth int) (sum detector.Key) {
	for k, v := range m.All() {
		sum = sum.Plus(h.Pair(h.Text(k, useKey), hashValue(h, v, depth)))
	}
	return sum
}

func hashValue(h detector.Hasher, v pcommon.Value, depth int) detector.Key {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return h.Text(v.Str(), useText)
	case pcommon.ValueTypeInt:
		return h.Number(uint64(v.Int()), useInt)
	case pcommon.ValueTypeDouble:
		return h.Number(math.Float64bits(v.Double()), useDouble)
	case pcommon.ValueTypeBool:
		if v.Bool() {
			return h.Number(1, useBool)
		}
		return h.Number(0, useBool)
	case pcommon.ValueTypeBytes:
		return h.Text(string(v.Bytes().AsRaw()), useBytes)
	case pcommon.ValueTypeMap:
		if depth < maxDepth {
			return h.Mix(h.Number(0, useMap), hashMap(h, v.Map(), depth+1))
		}
	case pcommon.ValueTypeSlice:
		if depth < maxDepth {
			key := h.Number(0, useList)
			for _, x := range v.Slice().All() {
				key = h.Mix(key, hashValue(h, x, depth+1))
			}
			return key
		}
	}
	return h.Number(0, useNone)
}

// serviceKey is what the instances of a service have in common; zero without a
// service name.
func serviceKey(h detector.Hasher, resource pcommon.Map) detector.Key {
	name, ok := resource.Get("service.name")
	if !ok || name.Str() == "" {
		return detector.Key{}
	}
	key := h.Text(name.Str(), useText)
	if ns, ok := resource.Get("service.namespace"); ok {
		key = key.Plus(h.Text(ns.Str(), useKey))
	}
	return key
}

// countsErrors reports whether a series counts failures by one of its attributes.
func countsErrors(attrs pcommon.Map) bool {
	for k, v := range attrs.All() {
		if detector.NamesError(k, v.AsString()) {
			return true
		}
	}
	return false
}

package rcaconnector

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelheal/otelheal/event"
)

// maxCounters is how many series of counted calls are remembered, to tell by how
// much they grew. Others are not used.
const maxCounters = 20_000

const (
	maxBuckets    = 200 // of a histogram; one with more is not used
	maxAttributes = 64  // that tell a series from another; more do not count
)

// increases remembers counters that only grow.
type increases struct {
	last    map[string]counter
	sources map[string]pcommon.Timestamp // newest time that a metric of a resource was told
	refused int64
}

type counter struct {
	at, start pcommon.Timestamp
	values    []uint64
}

func newIncreases() increases {
	return increases{last: map[string]counter{}, sources: map[string]pcommon.Timestamp{}}
}

// sample is a point of a counter, or of a histogram: its count, then its buckets.
type sample struct {
	source     string // of the metric and the resource
	series     string // of the attributes
	at, start  pcommon.Timestamp
	delta      bool
	values     []uint64
	sourceSeen pcommon.Timestamp // when the source was told before this batch
}

// of is by how much the values grew, and since when. What is first seen of a source that
// was told before counts from zero: a series of failures begins with a fault.
func (x *increases) of(s *sample) (grown []uint64, since time.Time, ok bool) {
	if s.delta {
		return s.values, s.start.AsTime(), s.start > 0 && s.start < s.at
	}
	key := s.source + "\x02" + s.series
	old, known := x.last[key]
	if !known && len(x.last) >= maxCounters {
		x.refused++
		return nil, since, false
	}
	if known && s.at <= old.at {
		return nil, since, false
	}
	x.last[key] = counter{at: s.at, start: s.start, values: slices.Clone(s.values)}
	switch {
	case known && len(old.values) == len(s.values) && s.values[0] >= old.values[0] && s.start == old.start:
		grown = make([]uint64, len(s.values))
		for k := range grown {
			grown[k] = s.values[k] - min(s.values[k], old.values[k])
		}
		return grown, old.at.AsTime(), true
	case known: // it began anew
		return s.values, old.at.AsTime(), true
	case s.sourceSeen > 0 && s.sourceSeen < s.at:
		return s.values, s.sourceSeen.AsTime(), true
	}
	return nil, since, false
}

// seen notes when a source was told, and says when it was before.
func (x *increases) seen(source string, at pcommon.Timestamp) {
	if len(x.sources) < maxCounters || x.sources[source] > 0 {
		x.sources[source] = max(x.sources[source], at)
	}
}

// expire forgets what has not grown for an hour.
func (x *increases) expire(now time.Time) {
	old := pcommon.NewTimestampFromTime(now.Add(-time.Hour))
	for k, c := range x.last {
		if c.at < old {
			delete(x.last, k)
		}
	}
	for k, at := range x.sources {
		if at < old {
			delete(x.sources, k)
		}
	}
}

// attributesKey tells one series of a metric from another.
func attributesKey(m pcommon.Map) string {
	parts := make([]string, 0, m.Len())
	for k, v := range m.All() {
		if len(parts) == maxAttributes {
			break
		}
		parts = append(parts, cut(k, 128)+"\x00"+cut(v.AsString(), event.MaxName))
	}
	slices.Sort(parts)
	return strings.Join(parts, "\x01")
}

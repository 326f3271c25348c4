package profile

import "math"

// Family tells the kinds of contexts apart.
type Family uint8

const (
	FamilyLines  Family = iota + 1 // log lines within a span
	FamilyCalls                    // child spans of a span
	FamilyStatus                   // how spans of an operation end
	FamilyAnswer                   // how calls from one service to another end
	FamilyLoose                    // log lines that belong to no span, per second
	FamilyLeaf                     // how spans failed that nobody answers, by their symbol
)

// Context is a point in a service's behaviour, and what was seen to follow it.
// It is apart for each caller: what a service does depends on who asks, and how
// much each of them asks changes by the minute.
type Context struct {
	Family Family
	Node   ID // whose behaviour it is; of an answer, the callee
	Op     ID // the operation; of an answer, the caller
	From   ID // what came before
	Caller ID // the service that asked for it; 0: nobody in the trace
	Traces uint32
	Next   []Next
	stamp  uint32 // serial of the trace that was counted last
}

// Next is one successor.
type Next struct {
	To ID
	N  uint32
}

// maxNext bounds the successors of one context; more of them are one Other.
const maxNext = 32

// Count is the number of events.
func (c *Context) Count() (n uint64) {
	for _, x := range c.Next {
		n += uint64(x.N)
	}
	return n
}

func (c *Context) add(to ID, n int32) {
	for i := range c.Next {
		if c.Next[i].To == to {
			c.Next[i].N = plus(c.Next[i].N, n)
			return
		}
	}
	if n <= 0 {
		return
	}
	if len(c.Next) >= maxNext-1 && to != Other {
		c.add(Other, n)
		return
	}
	c.Next = append(c.Next, Next{to, uint32(n)})
}

// plus adds without leaving the range.
func plus(a uint32, n int32) uint32 {
	return uint32(min(max(int64(a)+int64(n), 0), math.MaxUint32))
}

// SegmentKind tells what the time of a segment is.
type SegmentKind uint8

const (
	SegmentSelf SegmentKind = iota + 1 // own time of an operation
	SegmentGap                         // caller's span less the callee's: network and queue
	SegmentCall                        // the whole call, of a callee that sends no spans
)

// Segment is the time that something takes.
type Segment struct {
	Kind    SegmentKind
	Node    ID // whose time it is; of gaps and calls, the callee
	Op      ID // the operation; of gaps and calls, the caller
	Traces  uint32
	N       uint32
	RootSum uint64 // sum of the logarithms of the traces' durations, in 1/16 octaves
	Hist    Histogram
	stamp   uint32
}

// buckets of a histogram: bucket b counts [2^b, 2^(b+1)) microseconds, up to 9 h.
const buckets = 36

// Histogram counts durations by their binary logarithm.
type Histogram [buckets]uint32

type edgeKey struct{ from, to ID }

// Limits bound a profile.
type Limits struct {
	Contexts, Segments, Calls, Gauges int
	Parts                             int // instances that are also held apart; 0 in a baseline
}

// DefaultLimits hold the profile of a few hundred services in some ten MiB. A
// system of 45 services was seen to have 2,500 contexts and 290 segments.
func DefaultLimits() Limits {
	return Limits{Contexts: 40_000, Segments: 8_000, Calls: 20_000, Gauges: 10_000, Parts: 500}
}

// Profile is what a stretch of time looked like. The zero value is not usable.
type Profile struct {
	Traces  uint32 // distinct
	Dropped uint64 // contexts, segments, calls and gauges that found no room, or lost it

	limits   Limits
	contexts map[ID]*Context
	segments map[ID]*Segment
	calls    map[edgeKey]uint32
	gauges   map[gaugeKey]*Gauge
	callees  map[ID]ID            // of symbols of calls: whom they reach
	direct   map[ID]ID            // of symbols of answers without a call: whose they are
	silent   map[ID]bool          // services of which nothing is heard any more
	untimed  bool                 // no time explains what is asked
	parts    map[partKey]*Profile // of instances that have siblings
	serial   uint32
}

// New returns an empty profile.
func New(l Limits) *Profile {
	return &Profile{
		limits: l, contexts: map[ID]*Context{}, segments: map[ID]*Segment{},
		calls: map[edgeKey]uint32{}, gauges: map[gaugeKey]*Gauge{}, callees: map[ID]ID{}, direct: map[ID]ID{}, silent: map[ID]bool{},
	}
}

// AddCall notes that one service asks another, where no span has the other's as
// its parent, such as by a message.
func (p *Profile) AddCall(from, to ID) { p.call(from, to, 1) }

// Silence notes that nothing is heard any more of a service. When that is so, whoever
// knows the time must say.
func (p *Profile) Silence(node ID) { p.silent[node] = true }

// Untimed notes that what is to be explained came in time, so that no time of the
// stretch explains it.
func (p *Profile) Untimed() {
	p.untimed = true
	for _, x := range p.parts {
		x.untimed = true
	}
}

func contextID(f Family, node, op, from, caller ID) ID {
	return Combine(Combine(Combine(Combine(node, ID(f)), op), from), caller)
}

func segmentID(k SegmentKind, node, op ID) ID { return Combine(Combine(node, ID(k)), op) }

// context finds or makes a context.
func (p *Profile) context(f Family, node, op, from, caller ID) *Context {
	key := contextID(f, node, op, from, caller)
	c, ok := p.contexts[key]
	if !ok {
		if len(p.contexts) >= p.limits.Contexts {
			p.pruneContexts()
		}
		c = &Context{Family: f, Node: node, Op: op, From: from, Caller: caller}
		p.contexts[key] = c
	}
	return c
}

func (p *Profile) segment(k SegmentKind, node, op ID) *Segment {
	key := segmentID(k, node, op)
	s, ok := p.segments[key]
	if !ok {
		if len(p.segments) >= p.limits.Segments {
			p.pruneSegments()
		}
		s = &Segment{Kind: k, Node: node, Op: op}
		p.segments[key] = s
	}
	return s
}

// Len is the number of things that are held, by which memory is estimated.
func (p *Profile) Len() (contexts, segments, calls, gauges int) {
	return len(p.contexts), len(p.segments), len(p.calls), len(p.gauges)
}

// Sizes by which memory is estimated, in bytes, with what maps keep spare.
const (
	contextBytes = 160
	segmentBytes = 320
	callBytes    = 48
	gaugeBytes   = 320
)

// Bytes estimates what the profile holds.
func (p *Profile) Bytes() int64 {
	parts := int64(0)
	for _, x := range p.parts {
		parts += x.Bytes()
	}
	return parts + int64(len(p.contexts))*contextBytes + int64(len(p.segments))*segmentBytes +
		int64(len(p.calls))*callBytes + int64(len(p.gauges))*gaugeBytes
}

package profile

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Span is what a profile needs to know of a span. Its parent is an index into
// the same trace.
type Span struct {
	Parent   int32 // -1: none, or not in the trace
	Calls    bool  // a client's or a producer's
	Node, Op ID
	Instance ID   // 0: it has no siblings
	Status   ID   // OK, or what went wrong
	Peer     ID   // of a call: whom it is known to reach; 0: nobody knows
	Owed     bool // of a call: it was answered, and the answer's span may come yet
	// PeerInstance is which instance of it answers there, if it is always the same.
	PeerInstance ID
	Start, End   int64
}

func (s *Span) duration() int64 { return max(0, s.End-s.Start) }

// Line is a log line within a trace.
type Line struct {
	Span int32  // index of its span; -1: that is not in the trace, or the line names none
	Key  uint64 // of a line without a span here: what it names, so that lines of one span stay together
	At   int64
	Node ID
	Sym  ID // its template
}

// together tells whether two lines without a span are of one chain.
func (l *Line) together(o *Line) bool {
	return o.Span < 0 && o.Node == l.Node && o.Key == l.Key
}

// Collector reads traces into profiles. It is kept for its memory.
type Collector struct {
	p        *Profile
	spans    []Span
	first    []int32 // first child, -1
	next     []int32 // next sibling
	remote   []int32 // the only child in another service, -1: none, -2: several
	failed   []int64 // when the first child that failed ended
	below    []int32 // how many children
	lines    []Line
	cover    [][2]int64
	rootLog  uint64
	sign     int32
	serial   uint32
	children []int32
	asker    []ID // who called the service in which a span is
	now      ID   // of the span that is counted
	worker   partKey
}

// Collect adds a trace to the profile, or with a sign of -1 takes back what
// adding the same one added.
func (c *Collector) Collect(p *Profile, spans []Span, lines []Line, sign int32) {
	if len(spans) == 0 && len(lines) == 0 {
		return
	}
	p.serial++
	c.p, c.spans, c.sign, c.serial = p, spans, sign, p.serial
	p.Traces = plus(p.Traces, sign)
	c.link()
	c.askers()
	for i := range spans {
		c.at(int32(i))
		c.status(int32(i))
		c.calls(int32(i))
		c.time(int32(i))
	}
	c.logs(lines)
	c.p, c.spans = nil, nil
}

// AddLoose counts a log line that belongs to no trace. Lines of one second count
// as one, as those of one trace do.
func (p *Profile) AddLoose(node, sym ID, second int64) {
	x := p.context(FamilyLoose, node, 0, Start, 0)
	x.add(sym, 1)
	if stamp := uint32(second); x.stamp != stamp {
		x.stamp = stamp
		x.Traces = plus(x.Traces, 1)
	}
}

// link builds the lists of children and finds the root, by whose duration the
// size of everything in the trace is judged.
func (c *Collector) link() {
	n := len(c.spans)
	c.first, c.next, c.remote = slices.Grow(c.first[:0], n)[:n], slices.Grow(c.next[:0], n)[:n], slices.Grow(c.remote[:0], n)[:n]
	c.failed, c.below = slices.Grow(c.failed[:0], n)[:n], slices.Grow(c.below[:0], n)[:n]
	for i := range n {
		c.first[i], c.next[i], c.remote[i], c.failed[i], c.below[i] = -1, -1, -1, never, 0
	}
	longest := int64(0)
	for i := n - 1; i >= 0; i-- {
		s := &c.spans[i]
		if s.Parent < 0 || int(s.Parent) >= n {
			longest = max(longest, s.duration())
			continue
		}
		c.next[i], c.first[s.Parent] = c.first[s.Parent], int32(i)
		c.below[s.Parent]++
		if s.Status != OK {
			c.failed[s.Parent] = min(c.failed[s.Parent], s.End)
		}
		if c.spans[s.Parent].Node == s.Node {
			continue
		}
		if c.remote[s.Parent] == -1 {
			c.remote[s.Parent] = int32(i)
		} else {
			c.remote[s.Parent] = -2
		}
	}
	c.rootLog = logSteps(longest)
}

// askers finds for each span the service that called its own.
func (c *Collector) askers() {
	n := len(c.spans)
	c.asker = slices.Grow(c.asker[:0], n)[:n]
	for i := range n {
		at, steps := int32(i), 0
		for ; steps < n; steps++ { // hostile traces have cycles
			p := c.spans[at].Parent
			if p < 0 || int(p) >= n {
				c.asker[i] = 0
				break
			}
			if c.spans[p].Node != c.spans[at].Node {
				c.asker[i] = c.spans[p].Node
				break
			}
			if p < int32(i) { // known already
				c.asker[i] = c.asker[p]
				break
			}
			at = p
		}
		if steps == n {
			c.asker[i] = 0
		}
	}
}

// logSteps is the logarithm of a duration in nanoseconds, in 1/16 octaves above a
// microsecond.
func logSteps(ns int64) uint64 {
	us := uint64(max(1, ns/1000))
	b := uint64(bits.Len64(us) - 1)
	return b*16 + ((us<<4)>>b)&15
}

func (c *Collector) follow(f Family, node, op, from, to ID) {
	c.count(c.p.context(f, node, op, from, c.now), to)
	if p := c.apart(node); p != nil {
		c.count(p.context(f, node, op, from, c.now), to)
	}
}

func (c *Collector) count(x *Context, to ID) {
	x.add(to, c.sign)
	if x.stamp != c.serial {
		x.stamp = c.serial
		x.Traces = plus(x.Traces, c.sign)
	}
}

// apart is the profile of the instance that is at work, if it has siblings.
func (c *Collector) apart(node ID) *Profile {
	if c.worker.instance == 0 || c.worker.node != node {
		return nil
	}
	return c.p.part(c.worker)
}

// at sets which span is counted.
func (c *Collector) at(i int32) {
	s := &c.spans[i]
	c.now, c.worker = c.asker[i], partKey{s.Node, s.Instance}
}

// status counts how a span ended: apart, if a call that it made had failed.
// What a service does about another's failure is compared with what it always
// did about one.
func (c *Collector) status(i int32) {
	s := &c.spans[i]
	if s.Calls {
		return
	}
	from := Start
	if c.failedBefore(i, never-1) {
		from = Failed
	}
	c.follow(FamilyStatus, s.Node, s.Op, from, s.Status)
}

// failedBefore tells whether a child of the span had failed by some time.
func (c *Collector) failedBefore(i int32, at int64) bool {
	return c.failed[i] <= at && c.failed[i] != never
}

// never is when a child that did not fail failed.
const never = math.MaxInt64

// target is who answers a call: the service of its only span elsewhere, else
// whom it is known to reach.
func (c *Collector) target(i int32) (node ID, answered bool) {
	if r := c.remote[i]; r >= 0 {
		return c.spans[r].Node, true
	}
	if s := &c.spans[i]; s.Calls && c.remote[i] == -1 && s.Peer != s.Node {
		return s.Peer, false
	}
	return 0, false
}

// symbol names a child in its parent's chain of calls: a call by whom it reaches.
func (c *Collector) symbol(i int32) ID {
	s := &c.spans[i]
	node, op := s.Node, s.Op
	if s.Calls && s.Peer != 0 {
		node = s.Peer
	} else if r := c.remote[i]; r >= 0 {
		node, op = c.spans[r].Node, c.spans[r].Op
	}
	sym := Combine(node, op)
	if p := s.Parent; p >= 0 {
		switch caller := c.spans[p].Node; {
		case caller != s.Node && !s.Calls:
			c.p.note(c.p.direct, sym, s.Node)
		case caller == s.Node && node != s.Node:
			c.p.note(c.p.callees, sym, node)
		}
	}
	return sym
}

// answer counts how a call ended: whether somebody answered, and if so, whether
// the caller saw it as the callee did. What the callee answered is its status.
func (c *Collector) answer(i int32, node ID, answered bool) {
	s := &c.spans[i]
	defer c.at(i)
	end := OK
	if answered {
		c.worker = partKey{node, c.spans[c.remote[i]].Instance}
		c.follow(FamilyAnswer, node, s.Node, c.spans[c.remote[i]].Status, s.Status)
	} else {
		if s.Owed {
			return // what the answer was, the span of whoever gave it will tell
		}
		c.worker = partKey{node, s.PeerInstance}
		if s.Status != OK {
			end = Unanswered(s.Status)
		}
	}
	c.follow(FamilyAnswer, node, s.Node, Start, end)
}

// calls counts the chain of a span's children, and of a call how it ended.
func (c *Collector) calls(i int32) {
	s := &c.spans[i]
	if node, answered := c.target(i); node != 0 {
		c.p.call(s.Node, node, c.sign)
		c.answer(i, node, answered)
		if k := c.first[i]; s.Calls || c.next[k] < 0 {
			return // the span is the call: whom it calls is its parent's choice, the rest the callee's
		}
	}
	if c.first[i] < 0 && s.Status != OK {
		c.follow(FamilyLeaf, s.Node, c.symbol(i), Start, s.Status)
	}
	c.children = c.children[:0]
	for k := c.first[i]; k >= 0; k = c.next[k] {
		c.children = append(c.children, k)
	}
	slices.SortStableFunc(c.children, func(a, b int32) int { return compare(c.spans[a].Start, c.spans[b].Start) })
	from := Start
	for _, k := range c.children {
		if c.spans[k].Node != s.Node && c.remote[i] == -2 {
			c.p.call(s.Node, c.spans[k].Node, c.sign)
		}
		to := c.symbol(k)
		c.follow(FamilyCalls, s.Node, s.Op, from, to)
		if from = to; c.spans[k].Status != OK {
			from = Combine(to, Failed)
		}
	}
	c.follow(FamilyCalls, s.Node, s.Op, from, End)
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// logs counts the chains of log lines of each span, and of each service in the
// trace for those that name no span. With which line the latter begin is up to the
// operation, which nobody knows here: that is traffic and no behaviour.
func (c *Collector) logs(lines []Line) {
	c.lines = append(c.lines[:0], lines...)
	slices.SortStableFunc(c.lines, func(a, b Line) int {
		if a.Span != b.Span {
			return compare(int64(a.Span), int64(b.Span))
		}
		if a.Span < 0 && (a.Node != b.Node || a.Key != b.Key) {
			return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Key, b.Key))
		}
		return compare(a.At, b.At)
	})
	k := 0
	c.now, c.worker = 0, partKey{}
	for ; k < len(c.lines) && c.lines[k].Span < 0; k++ {
		l := &c.lines[k]
		if k > 0 && l.together(&c.lines[k-1]) {
			c.follow(FamilyLines, l.Node, 0, c.lines[k-1].Sym, l.Sym)
		}
		if k+1 == len(c.lines) || !l.together(&c.lines[k+1]) {
			c.follow(FamilyLines, l.Node, 0, l.Sym, End)
		}
	}
	for i := range c.spans {
		s := &c.spans[i]
		c.at(int32(i))
		from := Start
		for ; k < len(c.lines) && c.lines[k].Span == int32(i); k++ {
			if c.failedBefore(int32(i), c.lines[k].At) {
				from = Combine(from, Failed)
			}
			c.follow(FamilyLines, s.Node, s.Op, from, c.lines[k].Sym)
			from = c.lines[k].Sym
		}
		if c.failedBefore(int32(i), never-1) {
			from = Combine(from, Failed)
		}
		c.follow(FamilyLines, s.Node, s.Op, from, End)
	}
	c.lines = c.lines[:0]
}

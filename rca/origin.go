package rca

import (
	"slices"
	"time"
)

// originMode is how a trace went wrong at its origin.
type originMode uint8

const (
	originError       originMode = iota // it failed by itself
	originTimeout                       // it never answered
	originUnreachable                   // it could not be reached
	originSlow                          // its own time grew
	originHandled                       // it failed, and a caller coped
	originLog                           // the first ERROR log in causal order
	originModes
)

// origin counts the traces that went wrong here, with an example: of spans the
// newest, of logs an early one, so that they show two events where there were two.
type origin struct {
	series
	exampleSec int64
	example    [16]byte
	text       string
	slowness   float64 // own time of the example, in nanoseconds
	usual      float64 // what is normal there
}

// mark is one trace counted for an origin; a later span takes it back.
type mark struct {
	o   *origin
	sec int64
}

// unmark takes back what an earlier judgement counted.
func (t *trace) unmark() {
	for _, m := range t.marks {
		if c := m.o.at(m.sec); c != nil && c.n > 0 {
			c.n--
		}
	}
	t.marks = t.marks[:0]
}

// judge is the workspace in which traces are read; it is kept for its memory.
type judge struct {
	g        *graph
	rec      *recorder
	t        *trace
	index    map[uint64]int
	parent   []int // index of the parent span, or -1
	children [][]int
	spans    []int // without doubles
	halves   [][2]int
	local    [][2]int64
}

// judge reads a complete trace: who called whom, own times, and one origin if
// it went wrong.
func (j *judge) judge(t *trace, now int64) {
	j.t = t
	t.unmark()
	t.judged = true
	j.link()
	for _, i := range j.spans {
		j.join(i)
	}
	for _, i := range j.spans {
		j.countSelf(i)
	}
	j.record(t, now)
	failed := j.failures()
	if !failed {
		j.slowest()
	}
	j.firstLog()
}

// link finds each span's parent; doubled spans are left out.
func (j *judge) link() {
	clear(j.index)
	j.halves = j.halves[:0]
	n := len(j.t.spans)
	j.spans, j.parent, j.children = j.spans[:0], slices.Grow(j.parent[:0], n)[:n], slices.Grow(j.children[:0], n)[:n]
	for i := range j.t.spans {
		j.parent[i], j.children[i] = -1, j.children[i][:0]
		k, double := j.index[j.t.spans[i].id]
		if !double || j.share(k, i) {
			j.spans = append(j.spans, i)
		}
		if !double {
			j.index[j.t.spans[i].id] = i
		}
	}
	for _, i := range j.spans {
		if c := j.clientHalf(i); c >= 0 {
			j.parent[i] = c
			j.children[c] = append(j.children[c], i)
		} else if p, ok := j.index[j.t.spans[i].parent]; ok && p != i && j.t.spans[i].parent != 0 {
			j.parent[i] = p
			j.children[p] = append(j.children[p], i)
		}
	}
}

// join learns from a span whose parent is in another service.
func (j *judge) join(i int) {
	s := &j.t.spans[i]
	if j.parent[i] < 0 {
		return
	}
	p := &j.t.spans[j.parent[i]]
	if s.inst.svc == p.inst.svc && !(p.calls() && s.kind == KindServer) {
		return
	}
	if p.peer != nil && (s.kind == KindServer || s.kind == KindConsumer) {
		p.peer.learn(s.inst)
	}
	if s.inst.svc == p.inst.svc {
		return
	}
	e := j.g.edge(p.inst.svc, s.inst.svc)
	if s.kind == KindUnspecified && !s.counted {
		s.inst.svc.serves, s.inst.svc.external = true, false
		e.calls.add(p.end, p.duration(), p.failure != FailureNone)
	}
	if p.kind == KindClient && !s.counted {
		if callee, _ := p.peer.callee(); callee == nil { // it was not known whose call that was
			e.calls.add(p.end, p.duration(), p.failure != FailureNone)
		}
	}
	if p.kind == KindClient && s.kind == KindServer && !s.counted && s.failure == FailureNone {
		e.gap.add(s.end, max(0, p.duration()-s.duration()), false)
	}
}

// self is the time that a span spent itself: less what its children took
// together. A child elsewhere counts by its duration, since its clock may be off.
func (j *judge) self(i int) int64 {
	s := &j.t.spans[i]
	if len(j.children[i]) == 0 {
		return max(0, s.duration())
	}
	local := j.local[:0]
	var remote int64
	for _, c := range j.children[i] {
		k := &j.t.spans[c]
		if k.inst == s.inst {
			local = append(local, [2]int64{max(k.start, s.start), min(k.end, s.end)})
		} else {
			remote = max(remote, k.duration())
		}
	}
	j.local = local
	if len(local) > 1 {
		slices.SortFunc(local, func(a, b [2]int64) int { return int(min(1, max(-1, a[0]-b[0]))) })
	}
	covered, until := int64(0), s.start
	for _, iv := range local {
		if from := max(iv[0], until); iv[1] > from {
			covered += iv[1] - from
			until = iv[1]
		}
	}
	return max(0, s.duration()-covered-remote)
}

// answered tells whether a client span has a span of somebody else below it.
func (j *judge) answered(i int) bool {
	for _, c := range j.children[i] {
		if j.t.spans[c].kind == KindServer || j.t.spans[c].kind == KindConsumer {
			return true
		}
	}
	return false
}

// ownTime is where the span's own time is counted: at its operation, at the
// edge for the gap of a call, at the peer for a call that nobody answers.
func (j *judge) ownTime(i int) *series {
	s := &j.t.spans[i]
	switch {
	case s.peer == nil:
		return &s.op.self
	case !j.answered(i):
		return &s.peer.self
	default:
		if callee, _ := s.peer.callee(); callee != nil && callee != s.inst.svc {
			return &j.g.edge(s.inst.svc, callee).gap
		}
		return &s.op.self
	}
}

func (j *judge) countSelf(i int) {
	s := &j.t.spans[i]
	if s.counted {
		return
	}
	s.counted = true
	if s.kind == KindServer && s.parent != 0 && j.parent[i] < 0 {
		// The caller sends no spans: users come in here.
		s.op.entry.add(s.end, s.duration(), s.failure != FailureNone)
	}
	if s.failure == FailureNone && !(s.peer != nil && j.answered(i)) {
		j.ownTime(i).add(s.end, j.self(i), false)
	}
}

// failures marks the deepest failed spans, and tells whether a failure reached
// the top of the trace. A failure that some caller coped with is counted apart.
func (j *judge) failures() (reached bool) {
	marked := 0
	for _, i := range j.spans {
		if j.t.spans[i].failure == FailureNone || j.failedBelow(i) || marked >= 4 {
			continue
		}
		marked++
		top := j.top(i)
		handled := j.t.spans[top].failure == FailureNone
		reached = reached || !handled
		j.markFailure(i, handled)
	}
	return reached
}

func (j *judge) failedBelow(i int) bool {
	for _, c := range j.children[i] {
		if j.t.spans[c].failure != FailureNone {
			return true
		}
	}
	return false
}

// top climbs to the last ancestor that the trace has. Steps are limited, since
// hostile traces have cycles.
func (j *judge) top(i int) int {
	for range j.spans {
		if j.parent[i] < 0 {
			break
		}
		i = j.parent[i]
	}
	return i
}

func (j *judge) depth(i int) (d int) {
	for range j.spans {
		if j.parent[i] < 0 {
			break
		}
		i = j.parent[i]
		d++
	}
	return d
}

// markFailure decides who is to blame for a span that failed without a failed child.
func (j *judge) markFailure(i int, handled bool) {
	s := &j.t.spans[i]
	inst, mode, text := s.inst, originError, j.t.note(s.id)
	switch {
	case s.peer != nil && !j.answered(i):
		callee, at := s.peer.callee()
		if callee == nil {
			break // a call inside the process
		}
		if inst = at; inst == nil {
			inst = callee.whole()
		}
		switch s.failure {
		case FailureTimeout, FailureCancelled:
			mode = originTimeout
		case FailureUnreachable:
			mode = originUnreachable
		}
	case s.peer != nil:
		// It was answered, and well: too late, or a bad answer that is none by
		// the server's own measure.
		if s.failure == FailureTimeout || s.failure == FailureCancelled {
			j.markSlow(j.slowestBelow(i))
			return
		}
		for _, c := range j.children[i] {
			inst = j.t.spans[c].inst
		}
	case s.failure == FailureTimeout || s.failure == FailureCancelled:
		mode = originTimeout // it was still at it when its caller gave up
	}
	if handled {
		mode = originHandled
	}
	j.mark(inst, mode, s.end, text)
}

// whole is the instance that stands for a service as a whole.
func (s *service) whole() *instance {
	i, ok := s.instances[""]
	if !ok {
		i = &instance{svc: s, entity: s.entity, seen: s.seen}
		s.instances[""] = i
	}
	return i
}

// slowest marks the origin of a trace in which something is slow.
func (j *judge) slowest() {
	for _, i := range j.spans {
		if !j.t.spans[i].slow {
			continue
		}
		w := j.worst(j.spans)
		if f := j.t.spans[w].failure; f == FailureTimeout || f == FailureCancelled {
			j.markFailure(w, false) // it waited in vain, and its caller coped: that took long all the same
		} else {
			j.markSlow(w)
		}
		return
	}
}

// slowestBelow is the span below i (or i itself) whose own time grew the most.
func (j *judge) slowestBelow(i int) int {
	below := []int{i}
	for k := 0; k < len(below) && len(below) <= len(j.spans); k++ {
		below = append(below, j.children[below[k]]...)
	}
	return j.worst(below)
}

// worst is the span whose own time exceeds the usual the most.
func (j *judge) worst(list []int) int {
	best, most := list[0], -1.0
	for _, i := range list {
		if x := float64(j.self(i)) - j.ownTime(i).base.hist.quantile(0.5); x > most {
			best, most = i, x
		}
	}
	return best
}

// markSlow blames the one whose own time it is: of a gap, the callee.
func (j *judge) markSlow(i int) {
	s := &j.t.spans[i]
	inst := s.inst
	if s.peer != nil {
		callee, at := s.peer.callee()
		for _, c := range j.children[i] {
			if k := &j.t.spans[c]; k.inst.svc == callee {
				at = k.inst
			}
		}
		switch {
		case at != nil:
			inst = at
		case callee != nil:
			inst = callee.whole()
		}
	}
	usual := j.ownTime(i).base.hist.quantile(0.5)
	name := s.op.name
	o := j.mark(inst, originSlow, s.end, name)
	o.slowness, o.usual = float64(j.self(i)), usual
}

func (j *judge) mark(inst *instance, mode originMode, end int64, text string) *origin {
	o := &inst.origins[mode]
	sec := end / int64(time.Second)
	if c := o.at(sec); c != nil {
		c.n++
		widen(&c.first, &c.last, end, end)
		j.t.marks = append(j.t.marks, mark{o, sec})
	}
	if mode != originLog || o.example == ([16]byte{}) || sec-o.exampleSec > keepSeconds {
		o.example, o.text, o.exampleSec = j.t.id, text, sec
	}
	return o
}

// firstLog marks the deepest ERROR log of the trace, the earliest among equals.
func (j *judge) firstLog() {
	best, deepest := -1, -1
	for k := range j.t.logs {
		l := &j.t.logs[k]
		d := 0
		if i, ok := j.index[l.span]; ok {
			d = j.depth(i)
		}
		if d > deepest || d == deepest && l.at < j.t.logs[best].at {
			best, deepest = k, d
		}
	}
	if best >= 0 {
		l := &j.t.logs[best]
		j.mark(l.inst, originLog, l.at, l.text)
	}
}

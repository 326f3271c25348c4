package rca

import (
	"slices"
	"time"

	"github.com/otelheal/otelheal/rca/profile"
)

const (
	sliceSeconds = 5   // of one profile
	keepSlices   = 72  // six minutes: what an incident is ranked by at most
	pending      = 60  // seconds before a slice becomes baseline: a fault is noticed later than it begins
	young        = 300 // seconds of baseline below which pending ones count as well
	fadeAfter    = 6 * 3600
	lately       = 600 // seconds of each half of the recent baseline
	maxOutcomes  = 4096
	maxKnown     = 50_000
)

// profileSlice is what some seconds looked like.
type profileSlice struct {
	at int64 // second that it begins with
	*profile.Profile
}

// recorder keeps what traces, lines and metrics usually look like, and what
// they look like now. While an incident is open it learns nothing, and forgets
// what it had not learnt yet: the minute before.
type recorder struct {
	names     *profile.Names
	templates *profile.Templates
	collector profile.Collector
	limits    profile.Limits // of a slice
	learnt    profile.Limits // of a baseline
	slices    []profileSlice // sorted, the newest last
	base      *profile.Profile
	covered   int64               // seconds in the baseline
	unfaded   int64               // of them, since it was faded last
	recent    [2]*profile.Profile // the last ten minutes that were clean, as far as they are over, and the ten before
	newest    int64               // seconds in the first of them
	outcomes  []profile.ID
	failures  []Failure // what sort each outcome is
	outcomeOf map[string]uint16
	spans     []profile.Span
	lines     []profile.Line
	position  []int32
	dropped   uint64 // slices
}

// recorded says which part of a trace was counted, and where.
type recorded struct {
	slice        *profile.Profile
	spans, lines int
	left         bool // it is not in the sample
}

// sampled is how many traces a second of one entry operation are counted: a
// share of one in a hundred shows in a slice of five seconds. Past it, a sample
// by trace id is taken.
const sampled = 100

// sampling is how many traces began with an operation.
type sampling struct {
	sec       int64
	n, before uint32 // in that second, and in the one before
}

// take tells whether a trace is in the sample.
func (s *sampling) take(id [16]byte, sec int64) bool {
	if sec != s.sec {
		s.before = s.n
		if sec != s.sec+1 {
			s.before = 0
		}
		s.sec, s.n = sec, 0
	}
	s.n++
	if n := max(s.before, s.n/4); n > sampled {
		return profile.Chance(id[8:]) < sampled/float64(n)
	}
	return true
}

func newRecorder(names *profile.Names) *recorder {
	l := profile.DefaultLimits()
	b := l
	b.Parts = 0
	return &recorder{
		learnt: b,
		names:  names, templates: profile.NewTemplates(names), limits: l, base: profile.New(b), recent: [2]*profile.Profile{profile.New(b), profile.New(b)},
		outcomes: []profile.ID{profile.OK}, failures: []Failure{FailureNone}, outcomeOf: map[string]uint16{"": 0},
	}
}

// failureText stands for the outcome of a span that has no better word for it.
var failureText = map[Failure]string{
	FailureNone: "", FailureError: "error", FailureTimeout: "timeout", FailureUnreachable: "unreachable", FailureCancelled: "cancelled",
}

// outcome is the number of how a span ended.
func (r *recorder) outcome(s *Span) uint16 {
	text := s.Outcome
	if text == "" {
		if s.Failure == FailureNone {
			return 0
		}
		text = failureText[s.Failure]
	}
	if n, ok := r.outcomeOf[text]; ok {
		return n
	}
	if len(r.outcomes) >= maxOutcomes {
		text = otherName
		if n, ok := r.outcomeOf[text]; ok {
			return n
		}
	}
	n := uint16(len(r.outcomes))
	text = line(text, 120)
	r.outcomeOf[text] = n
	r.outcomes = append(r.outcomes, r.names.Intern(text))
	r.failures = append(r.failures, s.Failure)
	return n
}

// failureOf tells what sort of failure an outcome is, or that of a call which
// nobody answered.
func (r *recorder) failureOf(id profile.ID) Failure {
	for k, o := range r.outcomes {
		if o == id || profile.Unanswered(o) == id {
			return r.failures[k]
		}
	}
	return FailureNone
}

// slice finds or makes the slice of a second; nil if that is gone.
func (r *recorder) slice(sec int64) *profile.Profile {
	sec -= sec % sliceSeconds
	k := len(r.slices)
	for k > 0 && r.slices[k-1].at > sec {
		k--
	}
	if k > 0 && r.slices[k-1].at == sec {
		return r.slices[k-1].Profile
	}
	if k == 0 && len(r.slices) > 0 && r.slices[len(r.slices)-1].at-sec > pending {
		return nil
	}
	s := profileSlice{sec, profile.New(r.limits)}
	r.slices = append(r.slices, profileSlice{})
	copy(r.slices[k+1:], r.slices[k:])
	r.slices[k] = s
	return s.Profile
}

// holds tells whether a slice is still there.
func (r *recorder) holds(p *profile.Profile) bool {
	return slices.ContainsFunc(r.slices, func(s profileSlice) bool { return s.Profile == p })
}

// fold moves time on. What is older than pending becomes baseline, unless an
// incident is open.
func (r *recorder) fold(now int64, frozen bool) {
	drop := 0
	for k := range r.slices {
		s := &r.slices[k]
		if frozen {
			if s.at < now-keepSlices*sliceSeconds {
				drop = k + 1
			}
			continue
		}
		if s.at+sliceSeconds > now-pending {
			break
		}
		r.learn(s.Profile)
		drop = k + 1
	}
	if drop > 0 {
		clear(r.slices[:drop])
		r.slices = r.slices[drop:]
	}
}

// learn makes a slice baseline.
func (r *recorder) learn(p *profile.Profile) {
	r.base.Merge(p)
	r.recent[0].Merge(p)
	r.covered += sliceSeconds
	if r.unfaded += sliceSeconds; r.unfaded >= fadeAfter {
		r.unfaded = 0
		r.base.Fade()
	}
	if r.newest += sliceSeconds; r.newest >= lately {
		r.newest = 0
		r.recent[0], r.recent[1] = profile.New(r.learnt), r.recent[0]
	}
}

// thaw forgets what an incident and the minute before it looked like.
func (r *recorder) thaw() {
	clear(r.slices)
	r.slices = r.slices[:0]
}

// fit keeps the profiles within a size: the oldest slices go first, then what
// the baselines saw least.
func (r *recorder) fit(limit int64) {
	for r.bytes() > limit && len(r.slices) > 1 {
		r.dropped++
		r.slices[0] = profileSlice{}
		r.slices = r.slices[1:]
	}
	for n := 0; r.bytes() > limit && n < 8; n++ {
		r.base.Prune()
		r.recent[0].Prune()
		r.recent[1].Prune()
	}
}

// lost is how much found no room.
func (r *recorder) lost() uint64 {
	n := r.dropped + r.base.Dropped + r.names.Dropped + r.templates.Dropped
	for k := range r.slices {
		n += r.slices[k].Dropped
	}
	return n
}

func (r *recorder) bytes() int64 {
	n := r.base.Bytes() + r.recent[0].Bytes() + r.recent[1].Bytes()
	for k := range r.slices {
		n += r.slices[k].Bytes()
	}
	return n + int64(r.names.Len())*80
}

// comparison is what happened since an onset, and what it is compared with.
type comparison struct {
	now   *profile.Profile
	bases []*profile.Profile
}

// since gathers what happened since the onset.
func (r *recorder) since(onset time.Time) comparison {
	from := onset.Unix() - onset.Unix()%sliceSeconds
	c := comparison{now: profile.New(r.limits)}
	base := r.base
	if r.covered < young {
		base = profile.New(r.learnt)
		base.Merge(r.base)
	}
	for k := range r.slices {
		switch s := &r.slices[k]; {
		case s.at >= from:
			c.now.Merge(s.Profile)
		case r.covered < young && s.at+sliceSeconds <= from-sliceSeconds:
			base.Merge(s.Profile)
		}
	}
	c.bases = []*profile.Profile{base}
	if r.covered >= 2*lately { // before, the recent one is the same
		recent := profile.New(r.learnt)
		recent.Merge(r.recent[0])
		recent.Merge(r.recent[1])
		c.bases = append(c.bases, recent)
	}
	return c
}

// record counts a trace that is complete, or complete again.
func (j *judge) record(t *trace, now int64) {
	r := j.rec
	n := len(t.spans)
	if t.recorded.left {
		return
	}
	if t.recorded.spans > 0 || t.recorded.lines > 0 {
		if t.recorded.spans == n && t.recorded.lines == len(t.lines) {
			return
		}
		// Take back what was counted before the late spans came.
		if p := t.recorded.slice; r.holds(p) {
			all := t.spans
			t.spans = all[:t.recorded.spans]
			j.link()
			r.fill(j, t, t.recorded.lines)
			r.collector.Collect(p, r.spans, r.lines, -1)
			t.recorded.slice = nil
			t.spans = all
			j.link()
		}
	}
	sec := now
	if n > 0 && t.recorded.spans == 0 && !t.spans[j.root()].op.taken.take(t.id, now) {
		t.recorded.left = true
		return
	}
	if n > 0 {
		end := int64(0)
		for i := range t.spans {
			end = max(end, t.spans[i].end)
		}
		sec = max(min(end/int64(time.Second), now), now-pending+sliceSeconds)
	}
	sec -= sec % sliceSeconds
	p := r.slice(sec)
	if p == nil {
		return
	}
	for i := range t.spans {
		t.spans[i].meet()
	}
	r.fill(j, t, len(t.lines))
	r.collector.Collect(p, r.spans, r.lines, 1)
	t.recorded = recorded{slice: p, spans: n, lines: len(t.lines)}
}

// meet notes whom the span's call is counted for, as far as that is known by now.
func (s *heldSpan) meet() {
	s.callee, s.at, s.apart = nil, nil, len(s.inst.svc.instances) > 1
	if s.peer == nil {
		return
	}
	s.callee, s.at = s.peer.callee()
	if s.callee == nil {
		return
	}
	if len(s.callee.instances) < 2 {
		s.at = nil
	}
	if s.reply != replyUnknown {
		s.reply = replyCame
		if !s.callee.external && s.callee.traced > s.callee.g.now-maxLag {
			s.reply = replyOwed // else a proxy may have answered, since nobody was there
		}
	}
}

// root is the first span without a parent.
func (j *judge) root() int {
	for _, i := range j.spans {
		if j.parent[i] < 0 {
			return i
		}
	}
	return j.spans[0]
}

// fill translates a linked trace.
func (r *recorder) fill(j *judge, t *trace, lines int) {
	r.spans, r.lines = r.spans[:0], r.lines[:0]
	if cap(r.position) < len(t.spans) {
		r.position = make([]int32, len(t.spans))
	}
	r.position = r.position[:len(t.spans)]
	for k, i := range j.spans {
		r.position[i] = int32(k)
	}
	for _, i := range j.spans {
		s := &t.spans[i]
		x := profile.Span{
			Parent: -1, Calls: s.calls(), Node: s.inst.svc.id, Op: s.op.id, Instance: s.inst.id,
			Status: r.outcomes[s.outcome], Start: s.start, End: s.end,
		}
		if !s.apart {
			x.Instance = 0
		}
		if p := j.parent[i]; p >= 0 {
			x.Parent = r.position[p]
		}
		if s.callee != nil {
			x.Peer, x.Owed = s.callee.id, s.reply == replyOwed
		}
		if s.at != nil {
			x.PeerInstance = s.at.id
		}
		r.spans = append(r.spans, x)
	}
	for k := range t.lines[:lines] {
		l := &t.lines[k]
		x := profile.Line{Span: -1, At: l.at, Node: l.node, Sym: l.sym}
		if i, ok := j.index[l.span]; ok && l.span != 0 {
			x.Span = r.position[i]
		} else {
			x.Key = l.span
		}
		r.lines = append(r.lines, x)
	}
}

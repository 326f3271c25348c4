package rca

import (
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// Stats count what the engine took, refused and holds.
type Stats struct {
	Spans, Logs, Metrics, Anomalies, Alerts, States, Changes uint64
	DroppedFull                                              uint64 // spans of traces that went early, or never came in, for want of room
	DroppedTime                                              uint64 // spans too far in the past or future, or with an end before their start
	DroppedRemnant                                           uint64 // spans that began before a fault ended
	DroppedOther                                             uint64 // entities, states, anomalies or alerts that found no room
	BriefAlerts                                              uint64 // alerts that ended before anybody was told of them
	Bytes, MaxBytes                                          int64  // held, as estimated
	HeldSpans                                                int
	Open                                                     int // incidents
}

const (
	maxStates    = 5000
	maxAnomalies = 5000
	maxAlerts    = 1000
	maxChanges   = 500
	maxIncidents = 100 // open at once
	skew         = 30 * time.Second
	alertHold    = 24 * time.Hour // an alert of which nothing was heard for so long is over
)

// Engine correlates evidence into incidents. See the package's documentation.
type Engine struct {
	set       Settings
	g         graph
	traces    traces
	j         judge
	rec       *recorder
	states    map[event.Entity]*agentState
	anomalies map[anomalyKey]*event.Anomaly
	alerts    map[string]*alert
	changes   []event.Change
	incidents []*incident
	stats     Stats
	began     int64 // first data
	second    int64 // last one that was folded
	clean     int64 // seconds in the baseline
	bytes     int64 // of everything but traces

	last       *instance // of the span before; nil: look it up
	lastEntity event.Entity
}

// New returns an engine; the zero value of a setting means its default.
func New(set Settings) *Engine {
	names := profile.NewNames(maxKnown)
	e := &Engine{
		set:       set.withDefaults(),
		g:         graph{services: map[serviceKey]*service{}, byID: map[profile.ID]*service{}, names: names},
		rec:       newRecorder(names),
		traces:    traces{byID: map[[16]byte]*trace{}},
		j:         judge{index: map[uint64]int{}},
		states:    map[event.Entity]*agentState{},
		anomalies: map[anomalyKey]*event.Anomaly{},
		alerts:    map[string]*alert{},
	}
	e.j.g, e.j.rec = &e.g, e.rec
	return e
}

// Stats tells what the engine took, refused and holds.
func (e *Engine) Stats() Stats {
	s := e.stats
	s.DroppedOther += e.g.refused + e.rec.lost()
	s.Bytes, s.MaxBytes = e.bytes+e.traces.bytes, e.set.MaxBytes
	s.HeldSpans, s.Open = e.traces.spans, len(e.incidents)
	return s
}

func (e *Engine) arrive(now time.Time) int64 {
	n := now.UnixNano()
	e.g.now = n / int64(time.Second)
	if e.began == 0 {
		e.began = n
	}
	return n
}

// AddSpan takes a finished span.
func (e *Engine) AddSpan(s *Span, now time.Time) {
	n := e.arrive(now)
	e.stats.Spans++
	start, end := s.Start.UnixNano(), s.End.UnixNano()
	if end < start || end > n+int64(skew) || end < n-int64(keepSeconds*time.Second/2) || start <= 0 || s.Entity.Service == "" {
		e.stats.DroppedTime++
		return
	}
	inst := e.sender(s)
	svc := inst.svc
	svc.seen, inst.seen, svc.traced = e.g.now, e.g.now, e.g.now
	if start < svc.fresh {
		e.stats.DroppedRemnant++
		return
	}
	h := heldSpan{
		id: spanID(s.SpanID), parent: spanID(s.ParentID), start: start, end: end,
		inst: inst, kind: s.Kind, failure: s.Failure, outcome: e.rec.outcome(s),
	}
	if s.Responded {
		h.reply = replyCame
	}
	svc.late(n - end)
	bad := s.Failure != FailureNone
	switch s.Kind {
	case KindServer, KindConsumer:
		svc.serves, svc.external = true, false
		h.op = svc.spelt(s.Method, s.Name)
		inst.served.add(end, end-start, bad)
		if c := svc.arrivals.at(start / int64(time.Second)); c != nil {
			c.n++
		}
		if h.parent == 0 {
			h.slow = over(&h.op.entry, end-start)
			h.op.entry.add(end, end-start, bad)
		}
	case KindClient, KindProducer:
		h.op = svc.spelt(s.Method, s.Name)
		h.peer = e.g.peer(svc, s.Peer)
		if callee, _ := h.peer.callee(); callee != nil && callee != svc {
			edge := e.g.edge(svc, callee)
			h.slow = s.Kind == KindClient && over(&edge.calls, end-start)
			edge.calls.add(end, end-start, bad)
		}
	default:
		h.op = svc.spelt(s.Method, s.Name)
		if s.Kind == KindUnspecified && h.parent == 0 {
			svc.serves = true
			h.slow = over(&h.op.entry, end-start)
			h.op.entry.add(end, end-start, bad)
		}
	}
	if len(s.Links) > 0 {
		e.followLinks(s, svc)
	}
	e.hold(s, h, n)
}

// sender is the instance of a span: mostly that of the span before.
func (e *Engine) sender(s *Span) *instance {
	if e.last == nil || e.lastEntity != s.Entity {
		e.last, e.lastEntity = e.g.instance(s.Entity), s.Entity
	}
	return e.last
}

func over(s *series, duration int64) bool { return s.slowOver > 0 && duration > s.slowOver }

// hold keeps the span until its trace is judged.
func (e *Engine) hold(s *Span, h heldSpan, now int64) {
	if s.TraceID == ([16]byte{}) || h.id == 0 {
		return
	}
	tr := e.traces.trace(s.TraceID, now)
	if len(tr.spans) >= maxTraceSpans {
		e.stats.DroppedFull++
		return
	}
	tr.spans = append(tr.spans, h)
	e.traces.spans++
	e.traces.grow(tr, spanBytes)
	if s.Error != "" && h.failure != FailureNone && len(tr.notes) < maxNotes {
		text := line(s.Error, 160)
		tr.notes = append(tr.notes, note{h.id, text})
		e.traces.grow(tr, int64(len(text))+32)
	}
	e.makeRoom()
}

// makeRoom lets the oldest traces go while too much is held.
func (e *Engine) makeRoom() {
	for e.bytes+e.traces.bytes > e.set.MaxBytes {
		tr := e.traces.evictOldest()
		if tr == nil {
			return
		}
		if !tr.judged {
			e.stats.DroppedFull += uint64(len(tr.spans))
		}
	}
}

// AddLog takes a log record. Those that tell of an error count by themselves;
// of all, the order and number count.
func (e *Engine) AddLog(l *Log, now time.Time) {
	n := e.arrive(now)
	e.stats.Logs++
	at := l.At.UnixNano()
	if l.Entity.Service == "" {
		return
	}
	if at > n+int64(skew) || at < n-int64(keepSeconds*time.Second/2) {
		e.stats.DroppedTime++
		return
	}
	inst := e.g.instance(l.Entity)
	if at < inst.svc.fresh {
		e.stats.DroppedRemnant++
		return
	}
	e.addLine(l, inst, at, n)
	if !l.Error {
		return
	}
	inst.errors.add(at, -1, true)
	text := line(l.Text, 160)
	inst.lastErr, inst.lastTID = text, l.TraceID
	if l.TraceID == ([16]byte{}) {
		return
	}
	tr := e.traces.trace(l.TraceID, n)
	if len(tr.logs) >= maxTraceLogs {
		return
	}
	tr.logs = append(tr.logs, heldLog{spanID(l.SpanID), at, inst, text})
	e.traces.grow(tr, logBytes+int64(len(text)))
	e.makeRoom()
}

// addLine counts a line of any severity: with its trace, or by itself.
func (e *Engine) addLine(l *Log, inst *instance, at, now int64) {
	sym := e.rec.templates.Of(inst.svc.id, line(l.Place, 120), l.Text)
	if l.TraceID == ([16]byte{}) {
		if p := e.rec.slice(e.g.now); p != nil {
			p.AddLoose(inst.svc.id, sym, at/int64(time.Second))
		}
		return
	}
	tr := e.traces.trace(l.TraceID, now)
	if len(tr.lines) >= maxTraceLines {
		return
	}
	tr.lines = append(tr.lines, heldLine{spanID(l.SpanID), at, inst.svc.id, sym})
	e.traces.grow(tr, lineBytes)
	e.makeRoom()
}

// AddMetric takes a value of a metric of an instance.
func (e *Engine) AddMetric(m *Metric, now time.Time) {
	e.arrive(now)
	e.stats.Metrics++
	if m.Entity.Service == "" {
		return
	}
	inst := e.g.instance(m.Entity)
	if tellsOfCalls(m.Name) && len(inst.svc.ops) > 0 {
		return // its spans tell the same, and whose fault it is
	}
	if p := e.rec.slice(e.g.now); p != nil {
		p.AddGauge(inst.svc.id, inst.id, e.g.names.Intern(line(m.Name, event.MaxName)), m.Value)
	}
}

// Tick moves time on and returns the incidents to emit.
func (e *Engine) Tick(now time.Time) []event.Incident {
	n := e.arrive(now)
	for _, tr := range e.traces.ready(n-int64(e.set.TraceWait), n-int64(5*e.set.TraceWait)) {
		e.j.judge(tr, e.g.now)
	}
	for len(e.traces.order) > 0 && e.traces.order[0].first < n-int64(e.set.TraceHold) {
		e.traces.evictOldest()
	}
	if e.g.now > e.second {
		e.second = e.g.now
		e.fold()
		e.expire(n)
	}
	e.follow(n)
	e.detect(n)
	return e.report(n)
}

// fold moves all series on by a second: what is older than the guard becomes
// baseline, except of services in an open incident.
func (e *Engine) fold() {
	hurt := map[*service]bool{}
	for _, i := range e.incidents {
		for s := range i.services {
			hurt[s] = true
		}
	}
	e.rec.fold(e.second, e.frozen())
	e.rec.fit(e.set.MaxBytes / 4)
	if len(hurt) == 0 {
		e.clean = min(e.clean+1, int64(e.set.Window/time.Second))
	}
	before := e.second - int64(e.set.Guard/time.Second)
	blocks := int(e.set.Window / (blockSeconds * time.Second))
	e.bytes = 0
	fold := func(s *series, clean bool) {
		s.fold(before, clean, blocks)
		e.bytes += s.bytes()
	}
	for _, s := range e.g.services {
		clean := !hurt[s]
		s.lag -= s.lag / lagFades
		e.bytes += 512 + int64(len(s.spellings))*128
		fold(&s.arrivals, clean)
		fold(&s.calling, clean)
		for _, i := range s.instances {
			fold(&i.served, clean)
			fold(&i.errors, clean)
			for m := range i.origins {
				fold(&i.origins[m].series, clean)
			}
		}
		for _, o := range s.ops {
			fold(&o.entry, clean)
			fold(&o.self, clean)
			o.entry.slowOver = e.slowOver(&o.entry)
		}
		for _, p := range s.peers {
			fold(&p.self, clean)
			e.bytes += 256
		}
		for t, d := range s.out {
			fold(&d.calls, clean && !hurt[t])
			fold(&d.gap, clean && !hurt[t])
			d.calls.slowOver = e.slowOver(&d.calls)
		}
	}
	e.g.full = e.bytes > e.set.MaxBytes/2
	e.bytes += e.rec.bytes() + int64(len(e.states)+len(e.alerts)+len(e.anomalies)+len(e.changes))*512
	e.makeRoom()
}

// frozen tells whether the profile learns nothing: something is wrong that
// shows in it.
func (e *Engine) frozen() bool {
	for _, i := range e.incidents {
		if !i.agent {
			return true
		}
	}
	return false
}

// slowOver is the duration that is materially above the baseline.
func (e *Engine) slowOver(s *series) int64 {
	if s.base.n < uint32(e.set.MinBaseline) {
		return 0
	}
	q := s.base.hist.quantile(latencyQuantile)
	return int64(max(q*e.set.LatencyFactor, q+float64(e.set.LatencyFloor)))
}

// expire forgets what nobody has spoken of for twice the window.
func (e *Engine) expire(now int64) {
	if e.second%10 != 0 {
		return
	}
	e.last, e.lastEntity = nil, event.Entity{}
	old := e.second - 2*int64(e.set.Window/time.Second)
	for key, s := range e.g.services {
		for name, i := range s.instances {
			if i.seen < old {
				delete(s.instances, name)
			}
		}
		for t, d := range s.out {
			if d.seen < old || t.seen < old {
				delete(s.out, t)
				delete(t.in, s)
			}
		}
		for way, p := range s.peers {
			if x := p.external; x != nil && x.seen < old && p.joins == 0 {
				delete(s.peers, way) // or it would name a service that is no more in the graph
			}
			for i := range p.joined {
				if i.seen < old {
					p.known = false
					p.joins -= p.joined[i]
					delete(p.joined, i)
				}
			}
		}
		if s.seen < old && len(s.in) == 0 && len(s.out) == 0 {
			delete(e.g.services, key)
			delete(e.g.byID, s.id)
		}
	}
	for key, a := range e.anomalies {
		if a.At.UnixNano() < now-int64(10*time.Minute) {
			delete(e.anomalies, key)
		}
	}
}

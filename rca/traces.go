package rca

import (
	"encoding/binary"

	"github.com/otelheal/otelheal/rca/profile"
)

const (
	maxTraceSpans = 1000 // of one trace; more of them tell nothing new
	maxTraceLogs  = 16
	maxTraceLines = 2000
	maxNotes      = 8 // texts of failed spans
)

// Sizes by which held memory is estimated, in bytes.
const (
	spanBytes  = 120 // 80, and what slices keep spare
	traceBytes = 320
	logBytes   = 96
	lineBytes  = 40
)

// heldSpan is a span while its trace is held.
type heldSpan struct {
	id, parent uint64
	start, end int64
	inst       *instance
	op         *operation
	peer       *peer // of a client or producer
	kind       SpanKind
	failure    Failure
	outcome    uint16 // index of the recorder's outcomes
	slow       bool   // slower than its series' normal
	counted    bool   // its own time is in the statistics
	reply      reply
	apart      bool // its instance had siblings, when it was counted

	// As it was counted in the profile. Who answers may be learnt later, and what is
	// taken back must be what was given.
	callee *service  // of a call: whom it reached, as far as that was known
	at     *instance // which of several instances of it
}

// reply is what a call itself tells of whether it was answered.
type reply uint8

const (
	replyUnknown reply = iota
	replyCame          // somebody answered
	replyOwed          // and whoever it was sends spans, by which the answer will be told
)

func (s *heldSpan) duration() int64 { return s.end - s.start }
func (s *heldSpan) calls() bool     { return s.kind == KindClient || s.kind == KindProducer }

// heldLog is an ERROR log while its trace is held.
type heldLog struct {
	span uint64
	at   int64
	inst *instance
	text string
}

// heldLine is any log line while its trace is held: what the order of lines is
// made of.
type heldLine struct {
	span uint64
	at   int64
	node profile.ID
	sym  profile.ID
}

type note struct {
	span uint64
	text string
}

// trace is held until no more spans come, then it is judged, and held on for
// a while in case some come late.
type trace struct {
	id          [16]byte
	spans       []heldSpan
	logs        []heldLog
	lines       []heldLine
	recorded    recorded
	notes       []note
	first, last int64 // arrival
	judged      bool
	waiting     bool // in the list of those to be judged
	gone        bool // evicted while it waited
	marks       []mark
	bytes       int64
}

func (t *trace) note(span uint64) string {
	for _, n := range t.notes {
		if n.span == span {
			return n.text
		}
	}
	return ""
}

// traces is the bounded store of held traces. When it is full the oldest go.
type traces struct {
	byID    map[[16]byte]*trace
	order   []*trace // by first arrival
	waiting []*trace // to be judged
	free    []*trace // forgotten ones, whose memory is used again
	bytes   int64
	spans   int
}

func (t *traces) trace(id [16]byte, now int64) *trace {
	tr, ok := t.byID[id]
	if !ok {
		tr = t.fresh()
		tr.id, tr.first, tr.bytes = id, now, traceBytes
		t.byID[id] = tr
		t.order = append(t.order, tr)
		t.bytes += traceBytes
	}
	tr.last, tr.judged = now, false
	if !tr.waiting {
		tr.waiting = true
		t.waiting = append(t.waiting, tr)
	}
	return tr
}

func (t *traces) grow(tr *trace, n int64) { tr.bytes += n; t.bytes += n }

// ready takes out the traces that are complete: quiet since before quiet, or
// begun before old.
func (t *traces) ready(quiet, old int64) (list []*trace) {
	rest := t.waiting[:0]
	for _, tr := range t.waiting {
		switch {
		case tr.gone:
		case tr.last <= quiet || tr.first <= old:
			tr.waiting = false
			list = append(list, tr)
		default:
			rest = append(rest, tr)
		}
	}
	clear(t.waiting[len(rest):])
	t.waiting = rest
	return list
}

// evictOldest forgets the oldest trace and returns it.
func (t *traces) evictOldest() *trace {
	if len(t.order) == 0 {
		return nil
	}
	tr := t.order[0]
	t.order[0] = nil
	t.order = t.order[1:]
	delete(t.byID, tr.id)
	t.bytes -= tr.bytes
	t.spans -= len(tr.spans)
	switch {
	case tr.waiting:
		tr.gone = true
	case len(t.free) < maxFree && cap(tr.spans) <= maxFreeSpans:
		t.free = append(t.free, tr)
	}
	return tr
}

// Limits of the memory that is kept for new traces.
const (
	maxFree      = 2000
	maxFreeSpans = 64
)

// fresh is an empty trace, in the memory of a forgotten one if there is any.
func (t *traces) fresh() *trace {
	n := len(t.free)
	if n == 0 {
		return &trace{spans: make([]heldSpan, 0, 8)}
	}
	tr := t.free[n-1]
	t.free = t.free[:n-1]
	clear(tr.logs)
	clear(tr.notes)
	*tr = trace{spans: tr.spans[:0], logs: tr.logs[:0], lines: tr.lines[:0], notes: tr.notes[:0], marks: tr.marks[:0]}
	return tr
}

func spanID(b [8]byte) uint64 { return binary.LittleEndian.Uint64(b[:]) }

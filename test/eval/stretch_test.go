package eval

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// behind is how old telemetry is when it is played: a trace that begins in one
// second has ended by the second after the next.
const behind = 2 * time.Second

// stretch makes a day of a recording. Each simulated second plays the traces of
// a second drawn at random, thinned to the load, with new IDs and times, and the
// logs that belong to them. Metrics play in their order, see growth.
type stretch struct {
	rec    *recording
	random *rand.Rand
	drawn  uint64 // traces so far; numbers the new IDs
	growth growth
	spans  int
	logs   int
}

func newStretch(rec *recording, seed uint64) *stretch {
	random := rand.New(rand.NewPCG(seed, seed))
	return &stretch{rec: rec, random: random, growth: growth{rec: rec, random: random, series: map[string]*counter{}}}
}

// traces are those that began in one second, and their logs. Keeping a second
// together keeps what happened to several requests at once.
func (s *stretch) traces(now time.Time, load float64) (ptrace.Traces, plog.Logs) {
	td, ld := ptrace.NewTraces(), plog.NewLogs()
	second := s.random.IntN(s.rec.seconds)
	shift := now.Add(-behind).Sub(s.rec.began.Add(time.Duration(second) * time.Second))
	for _, trace := range s.rec.traces[second] {
		if s.random.Float64() >= load {
			continue
		}
		s.drawn++
		var old pcommon.TraceID
		for _, rs := range trace.ResourceSpans().All() {
			to := td.ResourceSpans().AppendEmpty()
			rs.CopyTo(to)
			for _, ss := range to.ScopeSpans().All() {
				for _, span := range ss.Spans().All() {
					old = span.TraceID()
					s.restamp(span, shift)
				}
			}
		}
		if of, ok := s.rec.logs[old]; ok {
			s.tell(of, ld, shift)
		}
	}
	return td, ld
}

func (s *stretch) restamp(span ptrace.Span, shift time.Duration) {
	span.SetTraceID(s.renamed(span.TraceID()))
	span.SetStartTimestamp(moved(span.StartTimestamp(), shift))
	span.SetEndTimestamp(moved(span.EndTimestamp(), shift))
	for _, e := range span.Events().All() {
		e.SetTimestamp(moved(e.Timestamp(), shift))
	}
	s.spans++
}

func (s *stretch) tell(recorded, into plog.Logs, shift time.Duration) {
	for _, rl := range recorded.ResourceLogs().All() {
		to := into.ResourceLogs().AppendEmpty()
		rl.CopyTo(to)
		for _, sl := range to.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				lr.SetTraceID(s.renamed(lr.TraceID()))
				lr.SetTimestamp(moved(lr.Timestamp(), shift))
				lr.SetObservedTimestamp(moved(lr.ObservedTimestamp(), shift))
				s.logs++
			}
		}
	}
}

// renamed is the ID of the trace drawn last; half of it is the old one.
func (s *stretch) renamed(id pcommon.TraceID) pcommon.TraceID {
	binary.BigEndian.PutUint64(id[:8], s.drawn)
	return id
}

// moved shifts a time stamp that is set.
func moved(t pcommon.Timestamp, by time.Duration) pcommon.Timestamp {
	if t == 0 {
		return 0
	}
	return pcommon.NewTimestampFromTime(t.AsTime().Add(by))
}

// thin is how many of n independent events remain if each does with probability
// p: drawn one by one while they are few, as a normal variable beyond.
func thin(random *rand.Rand, n, p float64) float64 {
	if n <= 100 {
		kept := 0.0
		for range int(n) {
			if random.Float64() < p {
				kept++
			}
		}
		return kept
	}
	return min(n, max(0, math.Round(n*p+math.Sqrt(n*p*(1-p))*random.NormFloat64())))
}

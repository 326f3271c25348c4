package healing

import "github.com/otelheal/otelheal/event"

// corroborated is rule 3: to act on a target takes one told or seen item of
// evidence, or two inferred ones of different signals. A span and a log of one
// trace tell of one event and count once. While the baseline is still being
// learnt, inferred evidence does not count.
//
// Only evidence about the target counts, or about the service or the instances
// that it is one with: what its callers or siblings suffer says that something
// is wrong, not that it is here.
func corroborated(i *event.Incident, t event.Target) (Reason, bool) {
	var signals signalSet
	for _, e := range i.Evidence {
		if !overlap(e.Entity, t.Entity) {
			continue
		}
		switch e.Class {
		case event.Told, event.Seen:
			return "", true
		case event.Inferred:
			signals.add(e)
		}
	}
	if i.Learning {
		return ReasonLearning, false
	}
	if signals.independent() < 2 {
		return ReasonUncorroborated, false
	}
	return "", true
}

// signalSet counts inferred signals that do not depend on each other.
type signalSet struct {
	metric        bool
	spans, logs   map[string]bool // by trace ID
	loneLog, span bool            // without a trace ID, or any at all
}

func (s *signalSet) add(e event.Evidence) {
	switch e.Signal {
	case event.SignalMetric:
		s.metric = true
	case event.SignalTrace:
		s.span = true
		if s.spans == nil {
			s.spans = map[string]bool{}
		}
		s.spans[e.TraceID] = true
	case event.SignalLog:
		if e.TraceID == "" {
			s.loneLog = true
			return
		}
		if s.logs == nil {
			s.logs = map[string]bool{}
		}
		s.logs[e.TraceID] = true
	}
}

// independent is the number of different signals. Logs are one of their own
// beside spans only if some log belongs to no trace that a span speaks for.
func (s *signalSet) independent() int {
	n := 0
	if s.metric {
		n++
	}
	if s.span {
		n++
	}
	own := s.loneLog
	for id := range s.logs {
		own = own || !s.spans[id]
	}
	if own {
		n++
	}
	return n
}

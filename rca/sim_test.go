package rca

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/shopsim"
)

type simProgram = shopsim.Program

// sim is a simulated shop whose telemetry an engine takes.
type sim struct {
	*shopsim.Shop
	t       *testing.T
	e       *Engine
	emitted []event.Incident
}

func newSim(t *testing.T, set Settings) *sim {
	s := &sim{t: t, e: New(set)}
	s.Shop = shopsim.New(1, simSink{s})
	return s
}

// simSink hands what the shop sends to the engine.
type simSink struct{ *sim }

var simKinds = map[shopsim.Kind]SpanKind{
	shopsim.KindServer: KindServer, shopsim.KindClient: KindClient, shopsim.KindUnspecified: KindUnspecified,
}

var simFailures = map[shopsim.Failure]Failure{
	shopsim.FailureNone: FailureNone, shopsim.FailureError: FailureError, shopsim.FailureTimeout: FailureTimeout,
	shopsim.FailureUnreachable: FailureUnreachable, shopsim.FailureCancelled: FailureCancelled,
}

func (s simSink) AddSpan(x *shopsim.Span, now time.Time) {
	s.e.AddSpan(&Span{
		TraceID: x.TraceID, SpanID: x.SpanID, ParentID: x.ParentID, Kind: simKinds[x.Kind], Entity: x.Entity, Name: x.Name,
		Start: x.Start, End: x.End, Failure: simFailures[x.Failure], Error: x.Error, Peer: Peer{System: x.Peer.System, Address: x.Peer.Address},
	}, now)
}

func (s simSink) AddLog(l *shopsim.Log, now time.Time) {
	s.e.AddLog(&Log{TraceID: l.TraceID, SpanID: l.SpanID, Entity: l.Entity, At: l.At, Error: true, Text: l.Text}, now)
}

func (s simSink) AddState(st event.AgentState, now time.Time) { s.e.AddState(st, now) }

func (s simSink) Step(now time.Time) {
	if now.UnixMilli()%250 == 0 {
		for _, i := range s.e.Tick(now) {
			require.NoError(s.t, i.Validate())
			s.emitted = append(s.emitted, i)
		}
	}
}

// last is the newest emission of an incident.
func (s *sim) last() event.Incident {
	s.t.Helper()
	require.NotEmpty(s.t, s.ids(), "no incident")
	return s.emitted[len(s.emitted)-1]
}

// ids are the incidents that were emitted, in order.
func (s *sim) ids() (list []string) {
	seen := map[string]bool{}
	for _, i := range s.emitted {
		if !seen[i.ID] {
			seen[i.ID] = true
			list = append(list, i.ID)
		}
	}
	return list
}

func (s *sim) anomaly(p *simProgram, metric string, observed, expected, score float64) {
	s.e.AddAnomaly(event.Anomaly{
		Entity: p.Entity, Metric: metric, Aspect: "value", Observed: observed, Expected: expected,
		Score: score, Onset: s.Now, At: s.Now, Deviation: 1,
	}, s.Now)
}

package rcaconnector

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

// fakeSink keeps what it takes, and refuses while err is set.
type fakeSink struct {
	mu    sync.Mutex
	codec *eventlog.Codec
	list  []event.Incident
	err   error
}

func (s *fakeSink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *fakeSink) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				i, trust, err := s.codec.ReadIncident(lr)
				if err != nil || trust != eventlog.Verified {
					return errors.New("not a signed incident")
				}
				s.list = append(s.list, *i)
			}
		}
	}
	return nil
}

func (s *fakeSink) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *fakeSink) incidents() []event.Incident {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]event.Incident(nil), s.list...)
}

// rig is the connector in three pipelines, as a collector runs it.
type rig struct {
	sink    *fakeSink
	traces  connector.Traces
	metrics connector.Metrics
	logs    connector.Logs
}

func startRig(t *testing.T, cfg *Config) *rig {
	f := NewFactory()
	set := connectortest.NewNopSettings(metadata.Type)
	r := &rig{sink: &fakeSink{codec: eventlog.NewCodec(string(cfg.MACKey))}}
	var err error
	r.traces, err = f.CreateTracesToLogs(t.Context(), set, cfg, r.sink)
	require.NoError(t, err)
	r.metrics, err = f.CreateMetricsToLogs(t.Context(), set, cfg, r.sink)
	require.NoError(t, err)
	r.logs, err = f.CreateLogsToLogs(t.Context(), set, cfg, r.sink)
	require.NoError(t, err)
	for _, c := range []interface {
		Start(context.Context, component.Host) error
	}{r.traces, r.metrics, r.logs} {
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	}
	return r
}

func (r *rig) shutdown(t *testing.T) {
	require.NoError(t, r.traces.Shutdown(t.Context()))
	require.NoError(t, r.metrics.Shutdown(t.Context()))
	require.NoError(t, r.logs.Shutdown(t.Context()))
	require.NoError(t, r.logs.Shutdown(t.Context()), "twice")
}

func defaultConfig() *Config { return createDefaultConfig().(*Config) }

func stateRecord(t *testing.T, codec *eventlog.Codec, status event.AgentStatus) plog.Logs {
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	require.NoError(t, codec.WriteAgentState(lr, &event.AgentState{
		Entity: event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-2"}, Incarnation: "7@8",
		Status: status, Reason: "exit status 2", Since: time.Now(), At: time.Now(),
	}))
	return ld
}

func TestSignedExitBecomesOneIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, defaultConfig())
		require.NoError(t, r.logs.ConsumeLogs(t.Context(), stateRecord(t, eventlog.NewCodec(""), event.AgentExited)))
		time.Sleep(2 * time.Second) // of the bubble's clock
		got := r.sink.incidents()
		require.Len(t, got, 1, "three pairs of signals lead to the same pipelines: it is sent once")
		assert.Equal(t, event.KindCrash, got[0].Cause.Kind)
		assert.Equal(t, event.Target{
			Entity: event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-2"}, Incarnation: "7@8",
		}, got[0].Cause.Target)
		r.shutdown(t)
		assert.Len(t, r.sink.incidents(), 2, "open incidents are told once more at the end")
	})
}

func TestUnsignedEventsDoNotCount(t *testing.T) {
	for name, trust := range map[string][]string{"by default": nil, "unless listed": {"agent.state"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := defaultConfig()
				cfg.TrustUnsigned = trust
				r := startRig(t, cfg)
				defer r.shutdown(t)
				forged := stateRecord(t, eventlog.NewCodec("another key"), event.AgentExited)
				require.NoError(t, r.logs.ConsumeLogs(t.Context(), forged))
				time.Sleep(2 * time.Second)
				assert.Len(t, r.sink.incidents(), len(trust))
			})
		})
	}
}

func TestRefusedIncidentsAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, defaultConfig())
		defer r.shutdown(t)
		r.sink.refuse(errors.New("full"))
		require.NoError(t, r.logs.ConsumeLogs(t.Context(), stateRecord(t, eventlog.NewCodec(""), event.AgentExited)))
		time.Sleep(2 * time.Second)
		r.sink.refuse(nil)
		time.Sleep(time.Second)
		assert.Len(t, r.sink.incidents(), 1)
	})
}

// spanBatch is a request to a frontend that calls payment, answered or not.
func spanBatch(now time.Time, n uint64, answered bool) ptrace.Traces {
	td := ptrace.NewTraces()
	var trace [16]byte
	binary.BigEndian.PutUint64(trace[8:], n)
	span := func(service, instance string, id, parent byte, kind ptrace.SpanKind, took time.Duration) ptrace.Span {
		rs := td.ResourceSpans().AppendEmpty()
		m := rs.Resource().Attributes()
		m.PutStr("service.namespace", "shop")
		m.PutStr("service.name", service)
		m.PutStr("service.instance.id", instance)
		sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		sp.SetTraceID(trace)
		sp.SetSpanID([8]byte{id, 7: byte(n)})
		if parent != 0 {
			sp.SetParentSpanID([8]byte{parent, 7: byte(n)})
		}
		sp.SetKind(kind)
		sp.SetName("GET /")
		sp.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-took)))
		sp.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
		return sp
	}
	took := 20 * time.Millisecond
	if !answered {
		took = time.Second
	}
	server := span("frontend", "frontend-1", 1, 0, ptrace.SpanKindServer, took+time.Millisecond)
	client := span("frontend", "frontend-1", 2, 1, ptrace.SpanKindClient, took)
	client.Attributes().PutStr("server.address", "10.0.0.7")
	client.Attributes().PutInt("server.port", 8080)
	if answered {
		span("payment", "payment-1", 3, 2, ptrace.SpanKindServer, took-time.Millisecond)
		return td
	}
	client.Status().SetCode(ptrace.StatusCodeError)
	client.Status().SetMessage(`Post "http://10.0.0.7:8080/pay": context deadline exceeded`)
	server.Attributes().PutInt("http.response.status_code", 500)
	return td
}

func TestHangInSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := defaultConfig()
		cfg.EmitInterval = time.Second
		r := startRig(t, cfg)
		defer r.shutdown(t)
		n := uint64(0)
		run := func(d time.Duration, answered bool) {
			for end := time.Now().Add(d); time.Now().Before(end); n++ {
				require.NoError(t, r.traces.ConsumeTraces(t.Context(), spanBatch(time.Now(), n, answered)))
				time.Sleep(50 * time.Millisecond)
			}
		}
		run(40*time.Second, true)
		require.Empty(t, r.sink.incidents())
		run(5*time.Second, false)
		got := r.sink.incidents()
		require.NotEmpty(t, got)
		last := got[len(got)-1]
		assert.Equal(t, event.KindHang, last.Cause.Kind)
		assert.Equal(t, "payment-1", last.Cause.Target.Entity.Instance)
		assert.NotEmpty(t, last.TraceID)
		run(20*time.Second, true)
		got = r.sink.incidents()
		assert.Equal(t, event.ResolvedRecovered, got[len(got)-1].Resolution)
	})
}

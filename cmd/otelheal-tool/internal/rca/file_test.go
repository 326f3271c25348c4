package rca

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/goleak"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record writes four minutes of a shop that calls a bank, which fails in the last.
func record(t *testing.T) []byte {
	var out bytes.Buffer
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for sec := range 240 {
		td := ptrace.NewTraces()
		add := func(service string) ptrace.SpanSlice {
			rs := td.ResourceSpans().AppendEmpty()
			rs.Resource().Attributes().PutStr("service.name", service)
			rs.Resource().Attributes().PutStr("service.instance.id", service+"-1")
			return rs.ScopeSpans().AppendEmpty().Spans()
		}
		shop, bank := add("shop"), add("bank")
		for n := range 8 {
			end := start.Add(time.Duration(sec)*time.Second + time.Duration(n)*120*time.Millisecond)
			var trace pcommon.TraceID
			binary.BigEndian.PutUint64(trace[8:], uint64(sec*8+n+1))
			failed := sec >= 200
			span := func(list ptrace.SpanSlice, id, parent byte, kind ptrace.SpanKind, took time.Duration) ptrace.Span {
				s := list.AppendEmpty()
				s.SetTraceID(trace)
				s.SetSpanID(pcommon.SpanID{id})
				if parent > 0 {
					s.SetParentSpanID(pcommon.SpanID{parent})
				}
				s.SetKind(kind)
				s.SetName("POST /pay")
				s.SetStartTimestamp(pcommon.NewTimestampFromTime(end.Add(-took)))
				s.SetEndTimestamp(pcommon.NewTimestampFromTime(end))
				if failed {
					s.Status().SetCode(ptrace.StatusCodeError)
				}
				return s
			}
			span(shop, 1, 0, ptrace.SpanKindServer, 30*time.Millisecond)
			span(shop, 2, 1, ptrace.SpanKindClient, 20*time.Millisecond).Attributes().PutStr("server.address", "bank")
			e := span(bank, 3, 2, ptrace.SpanKindServer, 10*time.Millisecond)
			if failed {
				x := e.Events().AppendEmpty()
				x.SetName("exception")
				x.Attributes().PutStr("exception.type", "LedgerLocked")
			}
		}
		line, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
		require.NoError(t, err)
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

// tell is a line with an incident's record, as it was emitted then.
func tell(t *testing.T, i event.Incident) []byte {
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	require.NoError(t, eventlog.NewCodec("another process").WriteIncident(lr, &i))
	line, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	return append(line, '\n')
}

func write(t *testing.T, text []byte) string {
	name := filepath.Join(t.TempDir(), "incident.jsonl")
	require.NoError(t, os.WriteFile(name, text, 0o600))
	return name
}

func TestARecordedIncidentIsJudgedAgain(t *testing.T) {
	text := record(t)
	list, err := Files(t.Context(), []string{write(t, text)})
	require.NoError(t, err)
	require.Len(t, list, 1)
	first := list[0].Incident
	assert.Equal(t, "bank", first.Cause.Target.Entity.Service)
	assert.Equal(t, event.KindErrors, first.Cause.Kind)
	assert.Contains(t, first.Cause.Inner, "LedgerLocked")
	assert.True(t, list[0].Same, "nothing was said then")

	again, err := Files(t.Context(), []string{write(t, text)})
	require.NoError(t, err)
	a, _ := json.Marshal(list)
	b, _ := json.Marshal(again)
	assert.JSONEq(t, string(a), string(b), "the same bytes, the same verdict")

	with := append(text[:len(text):len(text)], tell(t, first)...)
	list, err = Files(t.Context(), []string{write(t, with)})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NotNil(t, list[0].Was)
	assert.True(t, list[0].Same, "%+v\n%+v", list[0].Incident.Cause, list[0].Was.Cause)

	other := first
	other.Cause.Target.Entity.Service = "shop"
	var out bytes.Buffer
	err = (&options{}).files(t.Context(), &out, []string{write(t, append(text[:len(text):len(text)], tell(t, other)...))})
	require.ErrorContains(t, err, "1 of 1 causes differ")
	assert.Contains(t, out.String(), "at the time it was errors of shop")
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	_, err := Files(t.Context(), []string{write(t, []byte("{\"hello\":1}\n"))})
	require.ErrorContains(t, err, "line 1")
	_, err = Files(t.Context(), []string{write(t, nil)})
	require.ErrorContains(t, err, "no telemetry")
}

func FuzzFile(f *testing.F) {
	f.Add([]byte(`{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{"endTimeUnixNano":"5"}]}]}]}`))
	f.Add([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"5","body":{"stringValue":"x"}}]}]}]}`))
	for _, kind := range []string{"Spans", "Logs", "Metrics"} {
		f.Add([]byte(`"resource` + kind + `"`)) // of no batch
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = readPackets(bytes.NewReader(text))
	})
}

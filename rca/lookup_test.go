package rca

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// failing is an engine with an incident of payment, whose logs come or do not.
func failing(t *testing.T, logs bool) (e *Engine, now time.Time, last event.Incident, run func(seconds int) []event.Incident) {
	e, now = New(Settings{}), time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	n, failure := uint64(0), FailureNone
	run = func(seconds int) (out []event.Incident) {
		for range seconds * 20 {
			n++
			var trace [16]byte
			trace[0] = 7
			binary.BigEndian.PutUint64(trace[8:], n)
			who := event.Entity{Service: "payment", Instance: "payment-1"}
			s := Span{TraceID: trace, SpanID: [8]byte{1}, Kind: KindServer, Name: "/pay", Entity: who, Failure: failure, Start: now.Add(-9e6), End: now}
			e.AddSpan(&s, now)
			if logs {
				e.AddLog(&Log{TraceID: trace, SpanID: s.SpanID, Entity: who, At: now, Text: "paid"}, now)
			}
			now = now.Add(50 * time.Millisecond)
			out = append(out, e.Tick(now)...)
		}
		return out
	}
	require.Empty(t, run(40))
	failure = FailureError
	out := run(5)
	require.NotEmpty(t, out)
	return e, now, out[len(out)-1], run
}

func TestLogsThatDidNotComeAreWanted(t *testing.T) {
	e, now, i, run := failing(t, false)
	list := e.Wanted(4, now)
	require.NotEmpty(t, list)
	l := list[0]
	assert.Equal(t, i.ID, l.Incident)
	assert.EqualValues(t, 7, l.TraceID[0])
	assert.True(t, l.From.Before(i.Onset) && l.To.After(now))
	assert.Empty(t, e.Wanted(4, now), "it is under way")

	e.Found(l, []Log{
		{Entity: event.Entity{Service: "gateway"}, At: now, Text: "asks the bank"},
		{Entity: event.Entity{Service: "gateway"}, At: now, Error: true, Text: "no route\x1b[2J to bank" + strings.Repeat("x", 9999)},
	}, now)
	out := run(1)
	require.NotEmpty(t, out, "it is told at once")
	last := out[len(out)-1]
	var found []event.Evidence
	for _, x := range last.Evidence {
		if strings.HasPrefix(x.Text, "the log store has of this trace, by gateway: no route") {
			found = append(found, x)
		}
	}
	require.Len(t, found, 1)
	assert.NotContains(t, found[0].Text, "\x1b")
	assert.LessOrEqual(t, len(found[0].Text), 400)
	assert.Equal(t, traceText(l.TraceID), found[0].TraceID)
	assert.Equal(t, i.Cause.Target, last.Cause.Target)
	for _, x := range last.Evidence {
		assert.NotEqual(t, event.SignalLog, x.Signal, "it must not look like a signal of its own")
	}
	require.NoError(t, last.Validate())

	e.Found(l, []Log{{Error: true, Text: "again"}}, now)
	for _, x := range run(11)[0].Evidence {
		assert.NotContains(t, x.Text, "again", "an answer counts once")
	}
}

func TestLookupsAreBounded(t *testing.T) {
	e, now, _, run := failing(t, false)
	times := map[[16]byte]int{}
	for range 60 {
		for _, l := range e.Wanted(4, now) {
			times[l.TraceID]++
		}
		run(1)
		now = now.Add(time.Second)
	}
	assert.Len(t, times, maxLookups)
	for _, n := range times {
		assert.Equal(t, maxTries, n, "also when the trace is no example any more")
	}
}

func TestLogsThatCameAreNotWanted(t *testing.T) {
	e, now, _, _ := failing(t, true)
	assert.Empty(t, e.Wanted(4, now))
}

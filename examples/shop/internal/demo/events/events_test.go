package events

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// line is what the file exporter writes for an incident and a number of the harness' own.
const line = `{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{"name":"github.com/otelheal/otelheal"},"logRecords":[
{"timeUnixNano":"1764050000000000000","severityNumber":17,"body":{"stringValue":"hang of payment-2"},"attributes":[
 {"key":"otelheal.data","value":{"stringValue":"{\"id\":\"i1\",\"revision\":3,\"status\":\"open\",\"cause\":{\"kind\":\"hang\",\"target\":{\"entity\":{\"service\":\"payment\",\"instance\":\"payment-2\"},\"incarnation\":\"4711@99\"}}}"}},
 {"key":"otelheal.mac","value":{"stringValue":"x"}}],"eventName":"otelheal.incident"},
{"body":{"stringValue":"hello"},"attributes":[{"key":"record.number","value":{"intValue":"17"}}]}]}]}]}`

func TestReadsWhatTheFileExporterWrites(t *testing.T) {
	var b Batch
	require.NoError(t, json.Unmarshal([]byte(line), &b))
	var l Log
	require.NoError(t, l.Add(b))
	require.Len(t, l.Incidents, 1)
	cause := l.Incidents[0].Cause
	assert.Equal(t, "hang", cause.Kind)
	assert.Equal(t, "payment-2", cause.Target.Entity.String())
	assert.Equal(t, 4711, cause.Target.PID())
	assert.Equal(t, "17", b.Records()[1].Integer("record.number"))
}

func TestBrokenEventIsNamed(t *testing.T) {
	var l Log
	assert.ErrorContains(t, l.add(Record{EventName: "otelheal.outcome"}), "otelheal.outcome")
}

func TestLatestRevisionWins(t *testing.T) {
	at := time.Unix(100, 0)
	l := Log{Incidents: []Incident{
		{ID: "a", Revision: 1, Status: "open", OpenedAt: at},
		{ID: "b", Revision: 1, Status: "open", OpenedAt: at.Add(time.Minute)},
		{ID: "a", Revision: 3, Status: "resolved", OpenedAt: at},
		{ID: "a", Revision: 2, Status: "open", OpenedAt: at},
	}}
	latest := l.Latest()
	require.Len(t, latest, 2)
	assert.Equal(t, "resolved", latest[0].Status)
	assert.Equal(t, []Incident{latest[1]}, l.OpenedSince(at))
	assert.Equal(t, []Incident{latest[1]}, l.Open())
	assert.Len(t, l.Revisions("a"), 3)
}

func TestBusyUntilTheActionEnds(t *testing.T) {
	l := Log{Outcomes: []Outcome{{ActionID: "x", State: "executing", At: time.Unix(5, 0)}}}
	assert.True(t, l.Busy())
	l.Outcomes = append(l.Outcomes, Outcome{ActionID: "x", State: "succeeded", At: time.Unix(9, 0)})
	assert.False(t, l.Busy())

	l.Outcomes = append(l.Outcomes, l.Outcomes[1])
	assert.Len(t, l.OutcomesSince(time.Unix(0, 0)), 2, "an outcome that is reported twice is one outcome")
}

func TestStateAsOf(t *testing.T) {
	l := Log{States: []AgentState{
		{Entity: Entity{Instance: "node"}, Incarnation: "7@1", At: time.Unix(5, 0)},
		{Entity: Entity{Instance: "node"}, Incarnation: "8@2", At: time.Unix(9, 0)},
	}}
	s, ok := l.State("node", time.Unix(6, 0))
	assert.True(t, ok)
	assert.Equal(t, 7, s.Target().PID())
	_, ok = l.State("node", time.Unix(1, 0))
	assert.False(t, ok)
}

func TestNoPIDInAReleaseOrNothing(t *testing.T) {
	assert.Zero(t, Target{Incarnation: "release:v1"}.PID())
	assert.Zero(t, Target{}.PID())
}

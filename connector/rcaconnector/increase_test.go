package rcaconnector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestHowMuchCountersGrew(t *testing.T) {
	at := func(sec int) pcommon.Timestamp { return pcommon.NewTimestampFromTime(time.Unix(int64(sec), 0)) }
	x := newIncreases()
	tell := func(series string, sec, start int, v ...uint64) (grown []uint64, since int64, ok bool) {
		s := sample{source: "m", series: series, at: at(sec), start: at(start), values: v, sourceSeen: x.sources["m"]}
		grown, from, ok := x.of(&s)
		x.seen("m", s.at)
		return grown, from.Unix(), ok
	}
	_, _, ok := tell("a", 100, 1, 50, 20)
	assert.False(t, ok, "how much of it is new, nobody knows")
	grown, since, ok := tell("a", 110, 1, 57, 22)
	assert.True(t, ok)
	assert.Equal(t, []uint64{7, 2}, grown)
	assert.EqualValues(t, 100, since)
	grown, since, _ = tell("failures", 120, 1, 5)
	assert.Equal(t, []uint64{5}, grown, "a series of failures begins with a fault")
	assert.EqualValues(t, 110, since)
	_, _, ok = tell("a", 110, 1, 58, 22)
	assert.False(t, ok, "no newer")
	grown, _, _ = tell("a", 130, 125, 3, 1)
	assert.Equal(t, []uint64{3, 1}, grown, "it began anew")

	x.expire(time.Unix(130+2*3600, 0))
	assert.Empty(t, x.last)
	assert.Empty(t, x.sources)
	for k := range maxCounters + 5 {
		tell(string(rune(k))+"-", 10_000, 1, 1)
	}
	assert.LessOrEqual(t, len(x.last), maxCounters)
	assert.Positive(t, x.refused)
}

func TestNamesOfCalls(t *testing.T) {
	for name, want := range map[string]callField{
		"traces_service_graph_request_total": callTotal, "traces_service_graph_request_failed_total": callFailed,
		"traces_service_graph_request_client_seconds": callTimes, "traces_service_graph_request_server": callServerTimes,
		"traces.span.metrics.calls": callTotal, "traces_span_metrics_calls_total": callTotal, "traces_span_metrics_duration_milliseconds": callTimes,
		"calls": callTotal, "duration": callTimes, "http.server.request.duration": callNothing, "": callNothing,
	} {
		got, _ := callMetric(name)
		assert.Equal(t, want, got, name)
	}
	assert.Nil(t, middles([]float64{3, 1}, 1))
	assert.Nil(t, middles(nil, 1))
	assert.Len(t, middles([]float64{0, 1, 2}, 1e9), 4)
}

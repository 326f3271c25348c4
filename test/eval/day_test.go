package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/connector/rcaconnector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// TestFaultFreeDay replays a recording of the healthy shop, stretched to a day
// whose load rises and falls, through the real anomaly processor and the real
// rca connector on a clock of its own. Nothing may be acted on without an
// incident, so what is counted is incidents: at most one in the day.
//
// OTELHEAL_EVAL_DAY=1 (`make eval`) replays 24 hours; otherwise it is one, from
// the steepest part of the curve.
func TestFaultFreeDay(t *testing.T) {
	rec := readRecording(t, filepath.Join("testdata", "shop.otlp.gz"))
	hours, from := 1, 5
	if os.Getenv("OTELHEAL_EVAL_DAY") != "" {
		hours, from = 24, 0
	}
	begun := time.Now()
	synctest.Test(t, func(t *testing.T) {
		seen := &incidentSink{}
		day := startDay(t, seen)
		s := newStretch(rec, 7)
		for sec := range hours * 3600 {
			at := time.Duration(from)*time.Hour + time.Duration(sec)*time.Second
			load := 0.6 - 0.4*math.Cos(2*math.Pi*at.Hours()/24)
			<-time.After(time.Second) // of the simulated clock
			day.play(t, s, load)
		}
		day.stop(t)
		t.Logf("%d simulated hours: %d spans, %d points, %d scores; incidents: %v", hours, s.spans, s.points, day.scores.DataPointCount(), seen.summaries)
		assert.LessOrEqual(t, len(seen.opened), 1, "incidents without a fault: %v", seen.summaries)
	})
	t.Logf("took %s", time.Since(begun).Round(time.Second))
}

// incidentSink counts incidents as rca emits them.
type incidentSink struct {
	consumertest.Consumer
	opened    map[string]bool
	summaries []string
}

func (s *incidentSink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *incidentSink) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				id, _ := lr.Attributes().Get("otelheal.incident.id")
				if s.opened == nil {
					s.opened = map[string]bool{}
				}
				if !s.opened[id.Str()] {
					s.opened[id.Str()] = true
					s.summaries = append(s.summaries, lr.Body().Str())
				}
			}
		}
	}
	return nil
}

// day is the pipeline under the clock: anomaly, then rca, and rca for traces.
type day struct {
	parts   []component.Component
	metrics consumer.Metrics
	traces  consumer.Traces
	scores  *scoreCounter
}

func startDay(t *testing.T, incidents consumer.Logs) *day {
	rca := rcaconnector.NewFactory()
	set := connectortest.NewNopSettings(rca.Type())
	cfg := rca.CreateDefaultConfig()
	sink := connector.NewLogsRouter(map[pipeline.ID]consumer.Logs{pipeline.NewID(pipeline.SignalLogs): incidents}).(consumer.Logs)
	traces, err := rca.CreateTracesToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	metrics, err := rca.CreateMetricsToLogs(t.Context(), set, cfg, sink)
	require.NoError(t, err)
	anomaly := anomalyprocessor.NewFactory()
	scores := &scoreCounter{Metrics: metrics}
	scored, err := anomaly.CreateMetrics(t.Context(), processortest.NewNopSettings(anomaly.Type()), anomaly.CreateDefaultConfig(), scores)
	require.NoError(t, err)
	d := &day{parts: []component.Component{traces, metrics, scored}, metrics: scored, traces: traces, scores: scores}
	for _, p := range d.parts {
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	}
	return d
}

func (d *day) stop(t *testing.T) {
	for k := range d.parts {
		require.NoError(t, d.parts[len(d.parts)-1-k].Shutdown(t.Context()))
	}
}

// play sends one second of the stretched recording.
func (d *day) play(t *testing.T, s *stretch, load float64) {
	now := time.Now()
	require.NoError(t, d.traces.ConsumeTraces(t.Context(), s.traces(now, load)))
	for _, md := range s.metrics(now, load) {
		require.NoError(t, d.metrics.ConsumeMetrics(t.Context(), md))
	}
	s.next()
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

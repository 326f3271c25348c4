package otelhealreceiver

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/receiver/otelhealreceiver/internal/metadata"
	"github.com/otelheal/otelheal/receiver/otelhealreceiver/internal/metadatatest"
)

var (
	testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	target  = event.Target{Entity: event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1"}, Incarnation: "17@1000"}
)

func outcome(text string) event.Outcome {
	return event.Outcome{ActionID: "act-1", IncidentID: "inc-1", State: event.StateSucceeded, Target: target, Text: text, At: testNow}
}

func fullBatch() healing.Batch {
	i := event.Incident{ID: "inc-1", Status: event.IncidentOpen, Cause: event.Cause{Target: target, Kind: event.KindHang}, UpdatedAt: testNow}
	return healing.Batch{
		Actions: []event.Action{{
			ID: "act-1", Policy: "restart", Mode: event.ModeAct, Target: target, IssuedAt: testNow, Expires: testNow.Add(time.Minute), Incident: i,
		}},
		Outcomes: []event.Outcome{outcome("restarted payment-1"), outcome("verified")},
		States:   []event.AgentState{{Entity: target.Entity, Incarnation: "18@2000", Status: event.AgentHealthy, At: testNow}},
		Changes:  []event.Change{{Entity: target.Entity, Kind: event.ChangeRelease, To: "v2", At: testNow}},
		Upto:     7,
	}
}

// fakeNext answers each call with the next of its errors, then takes all. It
// changes what it gets, as a consumer behind it may.
type fakeNext struct {
	consumertest.LogsSink
	mu   sync.Mutex // guards errs and all
	errs []error
	all  []plog.Logs
}

func (n *fakeNext) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

func (n *fakeNext) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept := plog.NewLogs()
	ld.CopyTo(kept)
	n.all = append(n.all, kept)
	ld.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool { return true })
	if len(n.errs) > 0 {
		err := n.errs[0]
		n.errs = n.errs[1:]
		return err
	}
	return nil
}

func (n *fakeNext) calls() []plog.Logs {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]plog.Logs(nil), n.all...)
}

// start runs a receiver between the two; the function it returns stops it.
func start(t *testing.T, source *fakeSource, next consumer.Logs, tel *componenttest.Telemetry) func() {
	set := receivertest.NewNopSettings(metadata.Type)
	if tel != nil {
		set.TelemetrySettings = tel.NewTelemetrySettings()
	}
	r, err := NewFactory().CreateLogs(t.Context(), set, &Config{Source: component.MustNewID("healer")}, next)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), fakeHost{component.MustNewID("healer"): source}))
	return func() {
		require.NoError(t, r.Shutdown(context.Background()))
		require.NoError(t, r.Shutdown(context.Background()), "twice")
	}
}

func TestBatchBecomesVerifiedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, next, tel := newFakeSource(), &fakeNext{}, componenttest.NewTelemetry()
		stop := start(t, source, next, tel)
		source.batches <- fullBatch()
		synctest.Wait()
		stop()

		require.Len(t, next.calls(), 1)
		rl := next.calls()[0].ResourceLogs().At(0)
		name, _ := rl.Resource().Attributes().Get("service.name")
		assert.Equal(t, "otelheal", name.Str())
		assert.Equal(t, eventlog.Scope, rl.ScopeLogs().At(0).Scope().Name())
		records := rl.ScopeLogs().At(0).LogRecords()
		require.Equal(t, 5, records.Len())

		c, b := eventlog.NewCodec(""), fullBatch()
		a, trust, err := c.ReadAction(records.At(0))
		require.NoError(t, err)
		assert.Equal(t, eventlog.Verified, trust)
		assert.Equal(t, b.Actions[0], *a)
		for k := range 2 {
			o, trust, err := c.ReadOutcome(records.At(1 + k))
			require.NoError(t, err)
			assert.Equal(t, eventlog.Verified, trust)
			assert.Equal(t, b.Outcomes[k], *o)
		}
		ch, _, err := c.ReadChange(records.At(3))
		require.NoError(t, err)
		assert.Equal(t, b.Changes[0], *ch)
		s, _, err := c.ReadAgentState(records.At(4))
		require.NoError(t, err)
		assert.Equal(t, b.States[0], *s)

		assert.Equal(t, []uint64{7}, source.acks())
		kind := func(k string, n int64) metricdata.DataPoint[int64] {
			return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(attribute.String("kind", k))}
		}
		metadatatest.AssertEqualReceiverOtelhealEvents(t, tel, []metricdata.DataPoint[int64]{
			kind("action", 1), kind("outcome", 2), kind("change", 1), kind("agent_state", 1),
		}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
		accepted, err := tel.GetMetric("otelcol_receiver_accepted_log_records")
		require.NoError(t, err)
		assert.EqualValues(t, 5, accepted.Data.(metricdata.Sum[int64]).DataPoints[0].Value)
		require.NoError(t, tel.Shutdown(context.Background()))
	})
}

func TestAckOnlyAfterThePipelineTookIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, tel := newFakeSource(), componenttest.NewTelemetry()
		full := errors.New("memory limit")
		next := &fakeNext{errs: []error{full, full, full}}
		stop := start(t, source, next, tel)
		source.batches <- healing.Batch{Outcomes: []event.Outcome{outcome("one")}, Upto: 1}
		source.batches <- healing.Batch{Outcomes: []event.Outcome{outcome("two")}, Upto: 2}

		synctest.Wait()
		assert.Len(t, next.calls(), 1)
		assert.Empty(t, source.acks())
		time.Sleep(700 * time.Millisecond) // of the bubble's clock: 100 + 200 + 400 ms
		synctest.Wait()
		stop()

		got := next.calls()
		require.Len(t, got, 5, "one four times, then two: nothing overtakes")
		for k, want := range []string{"one", "one", "one", "one", "two"} {
			records := got[k].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
			require.Equal(t, 1, records.Len(), "whole, though the consumer emptied the one before")
			assert.Equal(t, want, records.At(0).Body().Str())
		}
		assert.Equal(t, []uint64{1, 2}, source.acks())
		metadatatest.AssertEqualReceiverOtelhealRetries(t, tel, []metricdata.DataPoint[int64]{{Value: 3}}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
		require.NoError(t, tel.Shutdown(context.Background()))
	})
}

func TestBackoffIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b backoff
		begin := time.Now()
		for range 8 {
			require.True(t, b.wait(t.Context()))
		}
		assert.Equal(t, 100+200+400+800+1600+3200+5000+5000, int(time.Since(begin).Milliseconds()))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		begin = time.Now()
		assert.False(t, b.wait(ctx))
		assert.Zero(t, time.Since(begin))
	})
}

func TestShutdownWhileThePipelineIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := newFakeSource()
		stop := start(t, source, consumertest.NewErr(errors.New("down")), nil)
		source.batches <- healing.Batch{Outcomes: []event.Outcome{outcome("one")}, Upto: 1}
		synctest.Wait()
		begin := time.Now()
		stop()
		assert.Zero(t, time.Since(begin), "it does not wait out the back-off")
		assert.Empty(t, source.acks(), "so the batch comes again at the next start")
	})
}

func TestPermanentErrorGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, tel := newFakeSource(), componenttest.NewTelemetry()
		next := &fakeNext{errs: []error{consumererror.NewPermanent(errors.New("no such field"))}}
		stop := start(t, source, next, tel)
		source.batches <- healing.Batch{Outcomes: []event.Outcome{outcome("one")}, Upto: 1}
		source.batches <- healing.Batch{Outcomes: []event.Outcome{outcome("two")}, Upto: 2}
		synctest.Wait()
		stop()
		assert.Len(t, next.calls(), 2)
		assert.Equal(t, []uint64{1, 2}, source.acks())
		assertDropped(t, tel, "refused", 1)
	})
}

func TestWhatCannotBeEncodedIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, next, tel := newFakeSource(), &fakeNext{}, componenttest.NewTelemetry()
		stop := start(t, source, next, tel)
		bad := fullBatch()
		bad.Actions[0].Incident.Confidence = math.NaN()
		source.batches <- bad
		source.batches <- healing.Batch{Actions: bad.Actions, Upto: 8}
		synctest.Wait()
		stop()
		require.Len(t, next.calls(), 1, "a batch of nothing is not sent")
		assert.Equal(t, 4, next.calls()[0].LogRecordCount())
		assert.Equal(t, []uint64{7, 8}, source.acks(), "it would never be encoded")
		assertDropped(t, tel, "unencodable", 2)
	})
}

func assertDropped(t *testing.T, tel *componenttest.Telemetry, cause string, n int64) {
	metadatatest.AssertEqualReceiverOtelhealDropped(t, tel, []metricdata.DataPoint[int64]{
		{Value: n, Attributes: attribute.NewSet(attribute.String("cause", cause))},
	}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	require.NoError(t, tel.Shutdown(context.Background()))
}

func TestSourceFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, next, tel := newFakeSource(), &fakeNext{}, componenttest.NewTelemetry()
		source.ackErr = errors.New("disk full")
		stop := start(t, source, next, tel)
		source.pullErr <- errors.New("journal is closed")
		source.batches <- healing.Batch{} // nothing in it
		time.Sleep(time.Second)
		source.batches <- healing.Batch{Outcomes: []event.Outcome{outcome("one")}, Upto: 1}
		synctest.Wait()
		stop()
		assert.Len(t, next.calls(), 1)
		opts := []metricdatatest.Option{metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars()}
		metadatatest.AssertEqualReceiverOtelhealPullFailures(t, tel, []metricdata.DataPoint[int64]{{Value: 1}}, opts...)
		metadatatest.AssertEqualReceiverOtelhealAckFailures(t, tel, []metricdata.DataPoint[int64]{{Value: 1}}, opts...)
		require.NoError(t, tel.Shutdown(context.Background()))
	})
}

func TestShutdownObeysItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, release := newFakeSource(), make(chan struct{})
		stuck, err := consumer.NewLogs(func(context.Context, plog.Logs) error { <-release; return nil })
		require.NoError(t, err)
		r, err := NewFactory().CreateLogs(t.Context(), receivertest.NewNopSettings(metadata.Type), &Config{Source: component.MustNewID("healer")}, stuck)
		require.NoError(t, err)
		require.NoError(t, r.Start(t.Context(), fakeHost{component.MustNewID("healer"): source}))
		source.batches <- fullBatch()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.ErrorIs(t, r.Shutdown(ctx), context.DeadlineExceeded)
		close(release)
	})
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	begin := func(host fakeHost) error {
		r, err := NewFactory().CreateLogs(t.Context(), receivertest.NewNopSettings(metadata.Type), &Config{Source: component.MustNewID("healer")}, consumertest.NewNop())
		require.NoError(t, err)
		defer func() { require.NoError(t, r.Shutdown(context.Background())) }()
		return r.Start(t.Context(), host)
	}
	assert.ErrorContains(t, begin(nil), "`source`: there is no extension \"healer\": add it under `extensions` and to the list `service::extensions`")
	var other receiver.Logs = &reporter{}
	assert.ErrorContains(t, begin(fakeHost{component.MustNewID("healer"): other}), "extension \"healer\" has nothing to report")
}

func TestResourceIsTheCollectors(t *testing.T) {
	e := encoder{codec: eventlog.NewCodec(""), resource: receivertest.NewNopSettings(metadata.Type).Resource, version: "1"}
	own := plog.NewLogs().ResourceLogs().AppendEmpty().Resource()
	own.Attributes().PutStr("service.name", "gateway")
	own.Attributes().PutStr("service.instance.id", "a")
	e.resource = own
	b := fullBatch()
	logs, _ := e.encode(&b)
	assert.Equal(t, map[string]any{"service.name": "gateway", "service.instance.id": "a"}, logs.ResourceLogs().At(0).Resource().Attributes().AsRaw())
}

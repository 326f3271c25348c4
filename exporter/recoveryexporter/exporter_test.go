package recoveryexporter

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/exporter/recoveryexporter/internal/metadata"
	"github.com/otelheal/otelheal/exporter/recoveryexporter/internal/metadatatest"
	"github.com/otelheal/otelheal/healing"
)

var healerID = component.MustNewID("healer")

// rig is a started exporter with an embedded backend and a clock of its own.
type rig struct {
	*gate
	backend *fakeBackend
	host    *fakeHost
	clock   *fakeClock
	tel     *componenttest.Telemetry
}

// direct is a configuration without a queue and retries, so that a test sees
// what a push returns.
func direct() *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Backend = healerID
	cfg.Queue = configoptional.None[exporterhelper.QueueBatchConfig]()
	cfg.Retry.Enabled = false
	cfg.Policies = []PolicyConfig{{
		Name: "restart", Mode: event.ModeAct, Match: MatchConfig{Kinds: []event.Kind{event.KindHang}},
		Steps: []StepConfig{{Verb: "restart", Executor: component.MustNewIDWithName("process_executor", "shop")}},
	}}
	return cfg
}

func settings(tel *componenttest.Telemetry) exporter.Settings {
	set := exportertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	return set
}

func newRig(t *testing.T, cfg *Config) *rig {
	require.NoError(t, cfg.Validate())
	r := &rig{backend: &fakeBackend{}, clock: &fakeClock{t: time.Now()}, tel: componenttest.NewTelemetry()}
	r.host = &fakeHost{extensions: map[component.ID]component.Component{healerID: r.backend}}
	inner, err := newRecovery(cfg, settings(r.tel))
	require.NoError(t, err)
	inner.now = r.clock.now
	r.gate, err = newGate(context.Background(), inner)
	require.NoError(t, err)
	require.NoError(t, r.Start(context.Background(), r.host))
	t.Cleanup(func() {
		require.NoError(t, r.Shutdown(context.Background()))
		require.NoError(t, r.Shutdown(context.Background()), "twice")
		require.NoError(t, r.tel.Shutdown(context.Background()))
	})
	return r
}

// dropped tells how many records were dropped for the cause.
func (r *rig) dropped(t *testing.T, cause string) int64 {
	m, err := r.tel.GetMetric("otelcol_exporter_recovery_dropped")
	if err != nil {
		return 0
	}
	for _, dp := range m.Data.(metricdata.Sum[int64]).DataPoints {
		if v, _ := dp.Attributes.Value("cause"); v.AsString() == cause {
			return dp.Value
		}
	}
	return 0
}

func TestIncidentBecomesAction(t *testing.T) {
	r := newRig(t, direct())
	i := incident("inc-1", r.clock.now())
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))

	got := r.backend.submitted()
	require.Len(t, got, 1)
	assert.NoError(t, got[0].Validate())
	assert.Equal(t, healing.ActionID("inc-1"), got[0].ID)
	assert.Equal(t, "restart", got[0].Policy)
	assert.Equal(t, event.ModeAct, got[0].Mode)
	assert.Equal(t, i.Cause.Target, got[0].Target)
	assert.Equal(t, "process_executor/shop", got[0].Steps[0].Executor)
	metadatatest.AssertEqualExporterRecoveryActions(t, r.tel, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("verdict", "accepted"))},
	}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	metadatatest.AssertEqualExporterRecoveryBreakerState(t, r.tel, []metricdata.DataPoint[int64]{{Value: 0}}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	_, err := r.tel.GetMetric("otelcol_exporter_recovery_last_success")
	assert.NoError(t, err)
	_, err = r.tel.GetMetric("otelcol_exporter_recovery_submit_duration")
	assert.NoError(t, err)
}

// Whoever can send OTLP can write such records: none may lead to an action.
func TestOnlyVerifiedIncidentsCount(t *testing.T) {
	r := newRig(t, direct())
	now := r.clock.now()
	forged := records(t, "a key of somebody else", incident("inc-1", now))
	changed := records(t, "", incident("inc-2", now))
	lr := changed.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	data, _ := lr.Attributes().Get("otelheal.data")
	data.SetStr(strings.Replace(data.Str(), "payment", "ledger", 1))
	huge := records(t, "", incident("inc-3", now))
	huge.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().PutStr("otelheal.data", strings.Repeat("x", 10<<20))
	plain := plog.NewLogs()
	plain.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("hello")
	invalid := incident("inc-4", now)
	invalid.Status = "on fire"

	for _, ld := range []plog.Logs{forged, changed, huge, plain, records(t, "", invalid)} {
		ld.MarkReadOnly()
		assert.NoError(t, r.ConsumeLogs(t.Context(), ld))
	}
	assert.Empty(t, r.backend.submitted())
	assert.EqualValues(t, 3, r.dropped(t, causeUnsigned))
	assert.EqualValues(t, 1, r.dropped(t, causeForeign))
	assert.EqualValues(t, 1, r.dropped(t, causeMalformed))
}

func TestMACKeyOfAnotherProcess(t *testing.T) {
	cfg := direct()
	cfg.MACKey = "0123456789abcdef"
	r := newRig(t, cfg)
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", r.clock.now()))))
	assert.Empty(t, r.backend.submitted(), "this process' own key is not the configured one")
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "0123456789abcdef", incident("inc-1", r.clock.now()))))
	assert.Len(t, r.backend.submitted(), 1)
}

func TestUnmatched(t *testing.T) {
	cfg := direct()
	cfg.Policies = nil
	r := newRig(t, cfg)
	settled, guess := incident("inc-1", r.clock.now()), incident("inc-2", r.clock.now())
	guess.Settled = false
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", settled, guess)))
	got := r.backend.submitted()
	require.Len(t, got, 1, "nobody is paged for a first guess")
	assert.Equal(t, healing.Unmatched, got[0].Policy)
	assert.Empty(t, got[0].Steps)
	assert.EqualValues(t, 1, r.dropped(t, causeUnsettled))

	cfg = direct()
	cfg.Policies, cfg.Unmatched = nil, UnmatchedIgnore
	r = newRig(t, cfg)
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", settled)))
	assert.Empty(t, r.backend.submitted())
	assert.EqualValues(t, 1, r.dropped(t, causeUnmatched))
}

func TestLateActionIsNotSent(t *testing.T) {
	r := newRig(t, direct())
	old := incident("inc-1", r.clock.now().Add(-healing.DefaultExpires-time.Second))
	err := r.ConsumeLogs(t.Context(), records(t, "", old))
	assert.True(t, consumererror.IsPermanent(err))
	assert.ErrorContains(t, err, "1s late")
	assert.Empty(t, r.backend.submitted())
	assert.EqualValues(t, 1, r.dropped(t, causeExpired))
}

// A revision that comes in time is sent though its evidence is old: whoever
// acted needs it to see whether that helped.
func TestFollowUpIsSent(t *testing.T) {
	r := newRig(t, direct())
	i := incident("inc-1", r.clock.now())
	i.Evidence[0].At = r.clock.now().Add(-time.Hour)
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))
	got := r.backend.submitted()
	require.Len(t, got, 1)
	assert.True(t, got[0].Expires.Before(r.clock.now()), "nothing may be begun on it")
}

func TestExpiresDuringRetries(t *testing.T) {
	cfg := direct()
	cfg.Retry = createDefaultConfig().(*Config).Retry
	cfg.Retry.InitialInterval = time.Millisecond
	r := newRig(t, cfg)
	r.backend.answer = func(*event.Action) (healing.Receipt, error) {
		r.clock.advance(20 * time.Second)
		return healing.Receipt{}, errors.New("journal is full")
	}
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", r.clock.now())))
	assert.ErrorContains(t, err, "late")
	assert.Len(t, r.backend.submitted(), 2, "at 0s and at 20s, not at 40s")
	assert.EqualValues(t, 1, r.dropped(t, causeExpired))
}

func TestOnlyWhatFailedIsSentAgain(t *testing.T) {
	cfg := direct()
	cfg.Retry = createDefaultConfig().(*Config).Retry
	cfg.Retry.InitialInterval = time.Millisecond
	r := newRig(t, cfg)
	bad, failures := healing.ActionID("inc-2"), 3
	r.backend.answer = func(a *event.Action) (healing.Receipt, error) {
		if a.ID == bad && failures > 0 {
			failures--
			return healing.Receipt{}, errors.New("not now")
		}
		if a.ID == healing.ActionID("inc-3") {
			return healing.Receipt{Verdict: healing.VerdictInvalid, Reason: "no such executor"}, nil
		}
		return healing.Receipt{Verdict: healing.VerdictAccepted}, nil
	}
	now := r.clock.now()
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", now), incident("inc-2", now), incident("inc-3", now))))
	count := map[string]int{}
	for _, a := range r.backend.submitted() {
		count[a.Incident.ID]++
	}
	assert.Equal(t, map[string]int{"inc-1": 1, "inc-2": 4, "inc-3": 1}, count)
	assert.EqualValues(t, 1, r.dropped(t, causeRejected))
}

func TestInvalidIsPermanent(t *testing.T) {
	r := newRig(t, direct())
	r.backend.answer = func(*event.Action) (healing.Receipt, error) {
		return healing.Receipt{Verdict: healing.VerdictInvalid, Reason: "no such executor"}, nil
	}
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", r.clock.now())))
	assert.True(t, consumererror.IsPermanent(err))
	assert.ErrorContains(t, err, "no such executor")
}

func TestBreakerOpensAndCloses(t *testing.T) {
	r := newRig(t, direct())
	down := true
	r.backend.answer = func(*event.Action) (healing.Receipt, error) {
		if down {
			return healing.Receipt{}, errors.New("down")
		}
		return healing.Receipt{Verdict: healing.VerdictAccepted}, nil
	}
	var storm []*event.Incident
	for range 25 {
		storm = append(storm, incident("inc-1", r.clock.now()))
	}
	err := r.ConsumeLogs(t.Context(), records(t, "", storm...))
	require.Error(t, err)
	assert.False(t, consumererror.IsPermanent(err))
	assert.ErrorIs(t, err, errBreakerOpen)
	assert.Len(t, r.backend.submitted(), 20, "the other five were kept from it")
	metadatatest.AssertEqualExporterRecoveryBreakerState(t, r.tel, []metricdata.DataPoint[int64]{{Value: 2}}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError}, r.host.reported())

	down = false
	r.clock.advance(4 * time.Second)
	require.ErrorIs(t, r.ConsumeLogs(t.Context(), records(t, "", storm[0])), errBreakerOpen)
	r.clock.advance(time.Second)
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", storm[0])))
	assert.Len(t, r.backend.submitted(), 21)
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusOK}, r.host.reported())
	metadatatest.AssertEqualExporterRecoveryBreakerTransitions(t, r.tel, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("state", "open"))},
		{Value: 1, Attributes: attribute.NewSet(attribute.String("state", "half_open"))},
		{Value: 1, Attributes: attribute.NewSet(attribute.String("state", "closed"))},
	}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	start := func(extensions map[component.ID]component.Component) error {
		e, err := NewFactory().CreateLogs(t.Context(), exportertest.NewNopSettings(metadata.Type), direct())
		require.NoError(t, err)
		defer func() { require.NoError(t, e.Shutdown(context.Background())) }()
		return e.Start(t.Context(), &fakeHost{extensions: extensions})
	}
	assert.ErrorContains(t, start(nil), "`backend`: there is no extension \"healer\": add it under `extensions` and to the list `service::extensions`")
	other := struct {
		component.StartFunc
		component.ShutdownFunc
	}{}
	assert.ErrorContains(t, start(map[component.ID]component.Component{healerID: other}), "extension \"healer\" takes no actions")
}

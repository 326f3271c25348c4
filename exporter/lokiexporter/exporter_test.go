package lokiexporter

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelheal/otelheal/exporter/lokiexporter/internal/metadata"
)

var traceID = pcommon.TraceID{0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36}

// logs are records of one service with the given bodies, a second apart.
func logs(service string, bodies ...string) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	if service != "" {
		rl.Resource().Attributes().PutStr("service.name", service)
	}
	rl.Resource().Attributes().PutStr("host.name", "node-1")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	for k, body := range bodies {
		lr := records.AppendEmpty()
		lr.Body().SetStr(body)
		lr.SetTraceID(traceID)
		lr.SetSeverityText("ERROR")
		lr.Attributes().PutStr("http.route", "/pay")
		lr.SetTimestamp(pcommon.Timestamp(1_000_000_000 * (1000 + k)))
	}
	return ld
}

// started is an exporter that runs, with its telemetry.
func started(t *testing.T, cfg *Config) (exporter.Logs, *componenttest.Telemetry) {
	tel := componenttest.NewTelemetry()
	set := exportertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	e, err := NewFactory().CreateLogs(t.Context(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	return e, tel
}

// direct has neither a queue nor retries, so that errors come back.
func direct(t *testing.T, f *fakeLoki) *Config {
	cfg := config(t, f)
	cfg.Queue = configoptional.None[exporterhelper.QueueBatchConfig]()
	cfg.Retry.Enabled = false
	return cfg
}

func counted(t *testing.T, tel *componenttest.Telemetry, name, value string) int64 {
	m, err := tel.GetMetric(name)
	if err != nil {
		return 0
	}
	for _, dp := range m.Data.(metricdata.Sum[int64]).DataPoints {
		for _, a := range dp.Attributes.ToSlice() {
			if a.Value.AsString() == value {
				return dp.Value
			}
		}
		if value == "" {
			return dp.Value
		}
	}
	return 0
}

func TestPush(t *testing.T) {
	f := newFakeLoki(t)
	cfg := direct(t, f)
	cfg.Tenant = "team-a"
	cfg.Labels.Record = []string{"http.route"}
	cfg.Labels.Static = map[string]string{"job": "otelheal"}
	e, _ := started(t, cfg)
	ld := logs("payment", "later", "late")
	records := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	records.At(0).SetTimestamp(5e12)
	ld.MarkReadOnly()
	require.NoError(t, e.ConsumeLogs(t.Context(), ld))
	require.NoError(t, e.Shutdown(t.Context()))

	got := f.got()
	require.Len(t, got, 1)
	assert.Equal(t, "team-a", got[0].header.Get("X-Scope-OrgID"))
	assert.Equal(t, "application/x-protobuf", got[0].header.Get("Content-Type"))
	require.Len(t, got[0].push.Streams, 1)
	s := got[0].push.Streams[0]
	assert.Equal(t, `{http_route="/pay", job="otelheal", service_name="payment"}`, s.Labels)
	require.Len(t, s.Entries, 2)
	assert.True(t, s.Entries[0].Timestamp.Before(s.Entries[1].Timestamp), "a stream is in the order of its times")
	var l map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.Entries[0].Line), &l))
	assert.Equal(t, map[string]any{
		"body": "late", "severity": "ERROR", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
		"resource": map[string]any{"host.name": "node-1"},
	}, l, "what is a label is not in the line")
}

func TestNeverWithoutLabels(t *testing.T) {
	for name, change := range map[string]func(cfg *Config, ld plog.Logs){
		"no such attribute": func(_ *Config, ld plog.Logs) {},
		"an empty one": func(_ *Config, ld plog.Logs) {
			ld.ResourceLogs().At(0).Resource().Attributes().PutStr("service.name", "")
		},
		"none chosen": func(cfg *Config, _ plog.Logs) { cfg.Labels = LabelsConfig{} },
	} {
		f := newFakeLoki(t)
		cfg, ld := direct(t, f), logs("", "one")
		change(cfg, ld)
		e, tel := started(t, cfg)
		require.NoError(t, e.ConsumeLogs(t.Context(), ld))
		assert.Contains(t, f.lines(), `{service_name="unknown_service"}`, name)
		assert.EqualValues(t, 1, counted(t, tel, "otelcol_exporter_loki_unlabelled", ""), name)
		require.NoError(t, e.Shutdown(t.Context()))
	}
}

func TestHostileLabels(t *testing.T) {
	f := newFakeLoki(t)
	e, tel := started(t, direct(t, f))
	for _, service := range []string{`a", admin="yes`, "line\nbreak", `back\slash`, "\xff", strings.Repeat("ü", 5000)} {
		require.NoError(t, e.ConsumeLogs(t.Context(), logs(service, service)))
	}
	require.NoError(t, e.Shutdown(t.Context()))
	require.Len(t, f.lines(), 5)
	for labels := range f.lines() {
		assert.NotContains(t, labels, `, admin="`)
		assert.NotContains(t, labels, "\n")
		assert.LessOrEqual(t, len(labels), maxLabelValue+len(`{service_name=""}`))
	}
	assert.EqualValues(t, 1, counted(t, tel, "otelcol_exporter_loki_cut", "label"))
}

func TestLinesThatAreTooLong(t *testing.T) {
	f := newFakeLoki(t)
	e, tel := started(t, direct(t, f))
	require.NoError(t, e.ConsumeLogs(t.Context(), logs("payment", strings.Repeat("\x01", maxLine))))
	require.NoError(t, e.Shutdown(t.Context()))
	for _, lines := range f.lines() {
		assert.Less(t, len(lines[0]), maxLine)
		assert.True(t, json.Valid([]byte(lines[0])))
		assert.Contains(t, lines[0], `"cut":true`)
		assert.Contains(t, lines[0], `"trace_id":"4bf92f35`)
	}
	assert.EqualValues(t, 1, counted(t, tel, "otelcol_exporter_loki_cut", "line"))
}

func TestNumbersThatJSONHasNot(t *testing.T) {
	f := newFakeLoki(t)
	e, _ := started(t, direct(t, f))
	ld := logs("payment", "x")
	attributes := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes()
	attributes.PutDouble("nan", math.NaN())
	attributes.PutEmptySlice("list").AppendEmpty().SetDouble(math.Inf(1))
	attributes.PutEmptyMap("map").PutDouble("x", math.Inf(-1))
	require.NoError(t, e.ConsumeLogs(t.Context(), ld))
	require.NoError(t, e.Shutdown(t.Context()))
	for _, lines := range f.lines() {
		assert.Contains(t, lines[0], `"nan":"NaN"`)
		assert.Contains(t, lines[0], `"list":["+Inf"]`)
		assert.Contains(t, lines[0], `"map":{"x":"-Inf"}`)
	}
}

func TestAnswers(t *testing.T) {
	for code, tt := range map[int]struct {
		final bool
		cause string
	}{
		400: {true, "bad_request"}, 401: {true, "unauthorized"}, 403: {true, "unauthorized"}, 404: {true, "other"},
		413: {true, "too_large"}, 422: {true, "bad_request"}, 302: {true, "other"},
		408: {}, 429: {}, 500: {}, 502: {}, 503: {},
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			f := newFakeLoki(t, status(code, "entry for stream '{a=\"b\"}' has timestamp too old\x1b[2J"))
			e, tel := started(t, direct(t, f))
			err := e.ConsumeLogs(t.Context(), logs("payment", "one", "two"))
			require.ErrorContains(t, err, fmt.Sprint(code))
			assert.NotContains(t, err.Error(), "\x1b")
			assert.Equal(t, tt.final, consumererror.IsPermanent(err))
			if tt.final {
				assert.EqualValues(t, 2, counted(t, tel, "otelcol_exporter_loki_dropped", tt.cause))
			}
			require.NoError(t, e.Shutdown(t.Context()))
		})
	}
}

func TestErrorsTellNoSecret(t *testing.T) {
	f := newFakeLoki(t, status(401, "token hush is wrong"))
	cfg := direct(t, f)
	cfg.Client.Endpoint += "?token=hush"
	e, _ := started(t, cfg)
	err := e.ConsumeLogs(t.Context(), logs("payment", "one"))
	require.ErrorContains(t, err, "look at `auth` and `tenant`")
	assert.NotContains(t, err.Error(), "hush")
	f.Close()
	err = e.ConsumeLogs(t.Context(), logs("payment", "one"))
	require.Error(t, err)
	assert.False(t, consumererror.IsPermanent(err))
	assert.NotContains(t, err.Error(), "hush")
	require.NoError(t, e.Shutdown(t.Context()))
}

func TestRetriesUntilTaken(t *testing.T) {
	f := newFakeLoki(t, status(503, ""), status(429, ""), status(500, ""), status(204, ""))
	cfg := config(t, f)
	cfg.Retry.InitialInterval = time.Millisecond
	e, tel := started(t, cfg)
	require.NoError(t, e.ConsumeLogs(t.Context(), logs("", "one")))
	require.Eventually(t, func() bool { return len(f.got()) == 4 }, 10*time.Second, time.Millisecond)
	require.NoError(t, e.Shutdown(t.Context()))
	assert.EqualValues(t, 1, counted(t, tel, "otelcol_exporter_loki_unlabelled", ""), "counted once, not with each retry")
	assert.Zero(t, counted(t, tel, "otelcol_exporter_loki_dropped", ""))
}

func TestRetryAfterIsHeeded(t *testing.T) {
	f := newFakeLoki(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
	})
	e, _ := started(t, direct(t, f))
	assert.ErrorContains(t, e.ConsumeLogs(t.Context(), logs("payment", "one")), "Throttle (7s)")
	require.NoError(t, e.Shutdown(t.Context()))
	now := time.Now()
	assert.Equal(t, maxRetryAfter, retryAfter("18446744073709551615", now))
	assert.Zero(t, retryAfter("soon", now))
	assert.Zero(t, retryAfter(now.Add(-time.Hour).UTC().Format(http.TimeFormat), now))
}

// What the queue took is pushed before Shutdown returns, and in its order.
func TestShutdownFlushes(t *testing.T) {
	gate := make(chan struct{})
	f := newFakeLoki(t, func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		w.WriteHeader(204)
	})
	cfg := config(t, f)
	e, _ := started(t, cfg)
	var want []string
	for k := range 50 {
		want = append(want, fmt.Sprint("line ", k))
		require.NoError(t, e.ConsumeLogs(t.Context(), logs("payment", want[k])))
	}
	stopped := make(chan error, 1)
	go func() { stopped <- e.Shutdown(context.Background()) }()
	close(gate)
	require.NoError(t, <-stopped)
	var got []string
	for _, line := range f.lines()[`{service_name="payment"}`] {
		var l struct{ Body string }
		require.NoError(t, json.Unmarshal([]byte(line), &l))
		got = append(got, l.Body)
	}
	assert.Equal(t, want, got)
}

package contract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/exporter/recoveryexporter"
	"github.com/otelheal/otelheal/internal/eventlog"
)

func schema(t *testing.T) *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.AssertFormat() // date-time and the like count
	s, err := c.Compile("../../docs/schema/action.schema.json")
	require.NoError(t, err)
	return s
}

// sent is what the exporter sends for an incident.
func sent(t *testing.T, i *event.Incident, policies ...any) []byte {
	bodies := make(chan []byte, 1)
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- body
	}))
	defer backend.Close()
	factory := recoveryexporter.NewFactory()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"http":     map[string]any{"endpoint": backend.URL, "signing_secrets": []any{"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}},
		"policies": policies,
	}).Unmarshal(cfg))
	require.NoError(t, confmap.Validate(cfg))
	e, err := factory.CreateLogs(t.Context(), exportertest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	require.NoError(t, eventlog.NewCodec("").WriteIncident(lr, i))
	require.NoError(t, e.ConsumeLogs(t.Context(), ld))
	require.NoError(t, e.Shutdown(context.Background()))
	return <-bodies
}

func validate(t *testing.T, s *jsonschema.Schema, body []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err)
	return s.Validate(v)
}

func smallest() *event.Incident {
	return &event.Incident{
		ID: "inc-1", Status: event.IncidentOpen, Settled: true,
		Cause: event.Cause{Target: event.Target{Entity: event.Entity{Service: "payment"}}, Kind: event.KindUnknown},
	}
}

func full() *event.Incident {
	now := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	e := event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1", Host: "node-1"}
	c := event.Cause{Target: event.Target{Entity: e, Incarnation: "17@1000"}, Kind: event.KindHang, Score: 3.5, Why: "its probe fails"}
	return &event.Incident{
		ID: "inc-1", Revision: 1 << 60, Status: event.IncidentResolved, Resolution: event.ResolvedRecovered, Settled: true,
		Onset: now, OpenedAt: now, UpdatedAt: time.Now(), ResolvedAt: now, Cause: c, RunnersUp: []event.Cause{c}, Confidence: 1,
		Chain: []string{"shop/payment"}, Blast: event.Blast{Services: []string{"payment"}, RequestShare: 0.25},
		Symptoms: []event.Symptom{{ID: "s1", Entity: e, Signal: event.SignalTrace, What: "error_ratio", Unit: "1",
			Band: event.Band{High: 0.05}, Observed: 0.5, Demand: 20, DemandBefore: 21, Onset: now, WindowStart: now, FreshAt: now}},
		Evidence: []event.Evidence{{Class: event.Seen, Signal: event.SignalState, Entity: e, Text: "probe \"/healthz\"\n\x00",
			Observed: 1e-9, Expected: 1e300, Unit: "s", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", Onset: now, At: now}},
		TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", Summary: "payment-1 hangs",
	}
}

func TestWhatIsSentFitsTheSchema(t *testing.T) {
	s := schema(t)
	policy := map[string]any{
		"name": "restart", "mode": "act", "match": map[string]any{"kinds": []any{"hang"}},
		"steps": []any{map[string]any{
			"verb": "restart", "executor": "process_executor/shop", "params": map[string]any{"level": "1"},
			"timeout": "1m30.5s", "approval": true,
		}},
	}
	for name, body := range map[string][]byte{
		"nothing but what must be": sent(t, smallest()), // no policy matches: lists are null
		"everything":               sent(t, full(), policy),
	} {
		assert.NoError(t, validate(t, s, body), "%s: %s", name, body)
	}
}

// A schema that lets everything through proves nothing.
func TestTheSchemaRefuses(t *testing.T) {
	s := schema(t)
	good := string(sent(t, smallest()))
	require.NoError(t, validate(t, s, []byte(good)))
	for what, change := range map[string][2]string{
		"another type":      {`"type":"io.otelheal.action.v1"`, `"type":"io.otelheal.action.v2"`},
		"no target":         {`"target":`, `"targets":`},
		"no service":        {`"service":"payment"`, `"service":""`},
		"another mode":      {`"mode":"dry_run"`, `"mode":"maybe"`},
		"a kind of its own": {`"kind":"unknown"`, `"kind":"hung"`},
		"a date in words":   {`"expires":"`, `"expires":"on `},
		"a text revision":   {`"revision":0`, `"revision":"0"`},
	} {
		bad := strings.ReplaceAll(good, change[0], change[1])
		require.NotEqual(t, good, bad, what)
		assert.Error(t, validate(t, s, []byte(bad)), what)
	}
}

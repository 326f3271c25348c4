package rcaconnector

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
	"github.com/otelheal/otelheal/event"
)

// openIncidents is the metric by "service kind".
func openIncidents(t *testing.T, tel *componenttest.Telemetry) map[string]int64 {
	counts := map[string]int64{}
	m, err := tel.GetMetric("otelheal_incidents_open")
	if err != nil {
		return counts // none at all
	}
	for _, dp := range m.Data.(metricdata.Gauge[int64]).DataPoints {
		service, _ := dp.Attributes.Value("service")
		kind, _ := dp.Attributes.Value("kind")
		counts[service.AsString()+" "+kind.AsString()] = dp.Value
	}
	return counts
}

func TestOpenIncidentsByCause(t *testing.T) {
	tel := componenttest.NewTelemetry()
	builder, err := metadata.NewTelemetryBuilder(tel.NewTelemetrySettings())
	require.NoError(t, err)
	t.Cleanup(builder.Shutdown)
	var s standing
	require.NoError(t, builder.RegisterIncidentsOpenCallback(s.observe))
	incident := func(id, service string, kind event.Kind, status event.IncidentStatus) event.Incident {
		e := event.Entity{Namespace: "shop", Service: service, Instance: service + "-1"}
		return event.Incident{ID: id, Status: status, Cause: event.Cause{Target: event.Target{Entity: e}, Kind: kind}}
	}
	assert.Empty(t, openIncidents(t, tel))
	s.note([]event.Incident{
		incident("1", "payment", event.KindUnknown, event.IncidentOpen), incident("2", "payment", event.KindHang, event.IncidentOpen),
		incident("3", "cart", event.KindCrash, event.IncidentOpen),
	})
	s.note([]event.Incident{incident("1", "payment", event.KindHang, event.IncidentOpen)}) // understood by now
	assert.Equal(t, map[string]int64{"shop/payment hang": 2, "shop/cart crash": 1}, openIncidents(t, tel))
	s.note([]event.Incident{incident("3", "cart", event.KindCrash, event.IncidentResolved)})
	assert.Equal(t, map[string]int64{"shop/payment hang": 2}, openIncidents(t, tel))

	for k := range 2 * maxServiceLabels {
		name := fmt.Sprint("made-up-", k)
		s.note([]event.Incident{incident(name, name, event.KindErrors, event.IncidentOpen)})
	}
	counts := openIncidents(t, tel)
	assert.Len(t, counts, maxServiceLabels, "payment, all but two of those made up, and other")
	assert.EqualValues(t, maxServiceLabels+2, counts["other errors"])
}

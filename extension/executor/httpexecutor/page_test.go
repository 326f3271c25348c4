package httpexecutor

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelheal/otelheal/event"
)

func withAlertmanager(endpoint string) func(*Config) {
	return func(c *Config) {
		c.Alertmanager = configoptional.Some(AlertmanagerConfig{Endpoint: endpoint, Severity: "critical", ResolveAfter: time.Hour})
	}
}

var outcome = event.Outcome{
	ActionID: "a1", IncidentID: "i1", State: event.StateEscalated, Target: target, Reason: "ladder_done",
	Text: "payment is still failing\xff", Page: true, NotDone: []string{"rollback: no previous release"},
	At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
}

func TestPageIsAnAlertOfAlertmanager(t *testing.T) {
	url, requests := server(t, 503, 200)
	endpoint := strings.TrimSuffix(url, "/degrade") + "/prefix/"
	require.NoError(t, started(t, url, withAlertmanager(endpoint)).Page(t.Context(), outcome))
	first, second := <-requests, <-requests
	assert.Equal(t, "/prefix/api/v2/alerts", second.URL.Path)
	assert.Equal(t, first.Context().Value(bodyKey{}), second.Context().Value(bodyKey{}), "sent again it is the same alert")
	var alerts []alert
	require.NoError(t, json.Unmarshal(second.Context().Value(bodyKey{}).([]byte), &alerts))
	require.Len(t, alerts, 1)
	assert.Equal(t, map[string]string{
		"alertname": "OtelhealPage", "severity": "critical", "incident_id": "i1", "namespace": "shop", "service": "catalogue",
		"reason": "ladder_done",
	}, alerts[0].Labels)
	assert.Equal(t, "payment is still failing", alerts[0].Annotations["summary"])
	assert.Equal(t, outcome.At.Add(time.Hour), alerts[0].EndsAt)
}

func TestPageThatCannotArriveIsAnError(t *testing.T) {
	url, requests := server(t, 400)
	e := started(t, url, withAlertmanager(url))
	require.ErrorContains(t, e.Page(t.Context(), outcome), "refused")
	assert.Len(t, requests, 1)

	e = started(t, url, withAlertmanager(unusedAddress(t)))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.Error(t, e.Page(ctx, outcome))
	assert.NoError(t, started(t, url, nil).Page(t.Context(), outcome), "without an Alertmanager there is nobody to tell")
}

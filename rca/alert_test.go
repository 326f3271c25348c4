package rca

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

var alertStart = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

func firingAlert(fingerprint, service string) event.Alert {
	return event.Alert{
		Fingerprint: fingerprint, Name: "A", Status: event.AlertFiring, StartsAt: alertStart,
		Entity: event.Entity{Namespace: "shop", Service: service},
	}
}

func ended(a event.Alert, at time.Time) event.Alert {
	a.Status, a.EndsAt = event.AlertResolved, at
	return a
}

// ticks lets time pass and returns the last incident that was emitted, if any.
func ticks(e *Engine, from time.Time, d time.Duration) (last *event.Incident) {
	for now := from; now.Before(from.Add(d)); now = now.Add(250 * time.Millisecond) {
		for _, i := range e.Tick(now) {
			last = &i
		}
	}
	return last
}

// A sender says once that an alert fires. Its silence after that is no end.
func TestFiringAlertKeepsItsIncidentOpen(t *testing.T) {
	e := New(Settings{})
	a := firingAlert("f", "cart")
	e.AddAlert(a, alertStart)
	last := ticks(e, alertStart, 10*time.Minute)
	require.NotNil(t, last)
	assert.Equal(t, event.IncidentOpen, last.Status)
	id := last.ID
	e.AddAlert(ended(a, alertStart.Add(10*time.Minute)), alertStart.Add(10*time.Minute))
	last = ticks(e, alertStart.Add(10*time.Minute), time.Minute)
	require.NotNil(t, last)
	assert.Equal(t, id, last.ID)
	assert.Equal(t, event.IncidentResolved, last.Status)
	assert.Equal(t, event.ResolvedRecovered, last.Resolution)
	assert.Empty(t, e.alerts)
}

// But a sender that lost sight of its alert never says its end.
func TestAlertThatNobodySpeaksOfEnds(t *testing.T) {
	e := New(Settings{})
	e.AddAlert(firingAlert("f", "cart"), alertStart)
	require.NotNil(t, ticks(e, alertStart, 5*time.Second))
	last := ticks(e, alertStart.Add(alertHold+time.Minute), time.Minute)
	require.NotNil(t, last)
	assert.Equal(t, event.ResolvedSilent, last.Resolution, "which is no recovery")
	assert.Empty(t, e.alerts)
}

// An alert that comes to nothing is counted, whatever the reason.
func TestAlertsWithoutAnIncidentAreCounted(t *testing.T) {
	e := New(Settings{})
	a := firingAlert("f", "cart")
	e.AddAlert(a, alertStart)
	e.AddAlert(ended(a, alertStart), alertStart)
	assert.Equal(t, uint64(1), e.Stats().BriefAlerts, "it ended before anybody looked")
	e.AddAlert(firingAlert("g", "cart"), alertStart)
	e.Tick(alertStart)
	e.AddAlert(ended(firingAlert("g", "cart"), alertStart), alertStart)
	assert.Nil(t, ticks(e, alertStart, time.Minute))
	assert.Equal(t, uint64(2), e.Stats().BriefAlerts, "it ended before the incident had settled")

	for k := range event.MaxSymptoms + 3 {
		e.AddAlert(firingAlert(fmt.Sprint(k), "cart"), alertStart)
	}
	e.Tick(alertStart)
	assert.Equal(t, uint64(3), e.Stats().DroppedOther, "the incident is full")
}

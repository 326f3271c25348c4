package event

import "time"

// AlertStatus is the state of an alert at its sender.
type AlertStatus string

const (
	AlertFiring   AlertStatus = "firing"
	AlertResolved AlertStatus = "resolved"
)

// Alert is what another monitoring system says. Start time and fingerprint
// together are the alert, whoever of a redundant pair sends it.
type Alert struct {
	Fingerprint string      `json:"fingerprint"`
	Name        string      `json:"name"`
	Status      AlertStatus `json:"status"`
	Entity      Entity      `json:"entity"`
	StartsAt    time.Time   `json:"starts_at"`
	EndsAt      time.Time   `json:"ends_at,omitzero"` // zero while it fires
	Severity    string      `json:"severity,omitempty"`
	Summary     string      `json:"summary,omitempty"`
	Labels      []Label     `json:"labels,omitempty"` // sorted by key
}

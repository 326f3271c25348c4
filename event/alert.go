package event

import "time"

// AlertStatus is the state of an alert at its sender.
type AlertStatus string

const (
	AlertFiring   AlertStatus = "firing"
	AlertResolved AlertStatus = "resolved"
)

// AlertIgnored says why an alert blames nobody.
type AlertIgnored string

const (
	IgnoredMonitoring AlertIgnored = "monitoring"   // the monitoring itself is at fault: no data, no answer
	IgnoredTest       AlertIgnored = "test"         // somebody tries the way
	IgnoredNoTarget   AlertIgnored = "no_target"    // it names no service
	IgnoredOutOfScope AlertIgnored = "out_of_scope" // its sender may not speak of what it names
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
	// Ignored is for people to read: an alert with it is no evidence and opens
	// nothing. Then Entity may be empty.
	Ignored AlertIgnored `json:"ignored,omitempty"`
}

package event

import "time"

// State is where an action stands.
type State string

const (
	StateRequested    State = "requested"
	StateApproved     State = "approved"
	StateExecuting    State = "executing"
	StateVerifying    State = "verifying"
	StateSucceeded    State = "succeeded"
	StateInconclusive State = "inconclusive"
	StateEscalated    State = "escalated"
	StateFailed       State = "failed"
	StateRefused      State = "refused"
	StateSuperseded   State = "superseded"
	StateExpired      State = "expired"
	StateUnknown      State = "unknown"
)

// Ended tells whether nothing more will happen. A state that is none, such as
// the empty one, has not ended.
func (s State) Ended() bool {
	switch s {
	case StateSucceeded, StateInconclusive, StateEscalated, StateFailed, StateRefused, StateSuperseded, StateExpired, StateUnknown:
		return true
	}
	return false
}

// Outcome says what became of an action. One leaves the healer when it acts
// (executing, verifying) and one when it ends.
type Outcome struct {
	ActionID   string    `json:"action_id"`
	IncidentID string    `json:"incident_id"`
	State      State     `json:"state"`
	Step       string    `json:"step,omitempty"` // verb of the step it is about
	Target     Target    `json:"target"`         // as it was seen
	Now        Target    `json:"now,omitzero"`   // as it is after the effect, where known
	Reason     string    `json:"reason"`         // closed set, see healing.Reason
	Text       string    `json:"text"`           // one line for people
	Mode       Mode      `json:"mode"`
	Page       bool      `json:"page,omitempty"`     // a person is needed
	NotDone    []string  `json:"not_done,omitempty"` // what was left undone, and why
	At         time.Time `json:"at"`
}

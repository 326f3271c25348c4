package event

import "time"

// AgentStatus is the state of an agent or a supervised program.
type AgentStatus string

const (
	AgentStarting  AgentStatus = "starting"  // up, no probe passed yet
	AgentHealthy   AgentStatus = "healthy"   // runs, and its probe passes
	AgentUnhealthy AgentStatus = "unhealthy" // runs, but its probe fails
	AgentExited    AgentStatus = "exited"    // ended by itself or by a signal nobody owns up to
	AgentStopped   AgentStatus = "stopped"   // ended on purpose, by a person or a plan
	AgentLost      AgentStatus = "lost"      // its heart beat stopped
)

// Failed tells whether the status itself is a symptom.
func (s AgentStatus) Failed() bool {
	return s == AgentUnhealthy || s == AgentExited || s == AgentLost
}

// AgentState is what a supervisor or registry saw of one incarnation.
type AgentState struct {
	Entity      Entity      `json:"entity"`
	Incarnation Incarnation `json:"incarnation,omitempty"`
	Release     string      `json:"release,omitempty"`
	Status      AgentStatus `json:"status"`
	Reason      string      `json:"reason,omitempty"`  // "exit status 2", "probe: timeout after 1s"
	Since       time.Time   `json:"since"`             // when the status began
	At          time.Time   `json:"at"`                // when it was last seen to hold
	Source      string      `json:"source"`            // component ID of who saw it
	Agent       bool        `json:"agent,omitempty"`   // carries telemetry instead of serving requests
	Planned     bool        `json:"planned,omitempty"` // part of a start, restart or roll-out that is under way
}

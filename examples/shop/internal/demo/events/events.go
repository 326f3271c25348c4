// Package events reads what otelheal reports, from the file that its file
// exporter writes: OTLP logs, one JSON object a line. It knows only the fields
// that the demonstration looks at, as any reader outside of otelheal would.
package events

import (
	"strconv"
	"strings"
	"time"
)

// Entity is a service, or an instance of it.
type Entity struct {
	Namespace string `json:"namespace"`
	Service   string `json:"service"`
	Instance  string `json:"instance"`
}

// String is the instance where there is one, else the service.
func (e Entity) String() string {
	if e.Instance != "" {
		return e.Instance
	}
	return e.Service
}

// Target is an entity in one of its lives.
type Target struct {
	Entity      Entity `json:"entity"`
	Incarnation string `json:"incarnation"`
}

// PID is the process id in an incarnation such as "4711@1764050000", or 0.
func (t Target) PID() int {
	pid, _, _ := strings.Cut(t.Incarnation, "@")
	n, err := strconv.Atoi(pid)
	if err != nil {
		return 0
	}
	return n
}

// Cause is a candidate for the root of an incident.
type Cause struct {
	Target Target  `json:"target"`
	Kind   string  `json:"kind"`
	Score  float64 `json:"score"`
	Why    string  `json:"why"`
}

// Symptom is one thing that hurts.
type Symptom struct {
	ID       string    `json:"id"`
	Entity   Entity    `json:"entity"`
	Signal   string    `json:"signal"`
	What     string    `json:"what"`
	Unit     string    `json:"unit"`
	Observed float64   `json:"observed"`
	Onset    time.Time `json:"onset"`
}

// Evidence is one item that a person can check.
type Evidence struct {
	Class  string    `json:"class"`
	Signal string    `json:"signal"`
	Entity Entity    `json:"entity"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// Incident is one revision of an incident.
type Incident struct {
	ID         string     `json:"id"`
	Revision   uint64     `json:"revision"`
	Status     string     `json:"status"`
	Resolution string     `json:"resolution"`
	Onset      time.Time  `json:"onset"`
	OpenedAt   time.Time  `json:"opened_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ResolvedAt time.Time  `json:"resolved_at"`
	Cause      Cause      `json:"cause"`
	RunnersUp  []Cause    `json:"runners_up"`
	Confidence float64    `json:"confidence"`
	Settled    bool       `json:"settled"`
	Learning   bool       `json:"learning"`
	Chain      []string   `json:"chain"`
	Blast      Blast      `json:"blast"`
	Symptoms   []Symptom  `json:"symptoms"`
	Evidence   []Evidence `json:"evidence"`
	TraceID    string     `json:"trace_id"`
	Summary    string     `json:"summary"`
}

// Blast is how far the damage reached.
type Blast struct {
	Services     []string `json:"services"`
	RequestShare float64  `json:"request_share"`
}

// Step is one rung of an action's ladder.
type Step struct {
	Verb     string `json:"verb"`
	Executor string `json:"executor"`
}

// Action is what recovery asked for.
type Action struct {
	ID       string    `json:"id"`
	Policy   string    `json:"policy"`
	Mode     string    `json:"mode"`
	Target   Target    `json:"target"`
	Steps    []Step    `json:"steps"`
	IssuedAt time.Time `json:"issued_at"`
	Incident Incident  `json:"incident"`
}

// Outcome is what became of it.
type Outcome struct {
	ActionID   string    `json:"action_id"`
	IncidentID string    `json:"incident_id"`
	State      string    `json:"state"`
	Step       string    `json:"step"`
	Target     Target    `json:"target"`
	Now        Target    `json:"now"`
	Reason     string    `json:"reason"`
	Text       string    `json:"text"`
	Mode       string    `json:"mode"`
	Page       bool      `json:"page"`
	NotDone    []string  `json:"not_done"`
	At         time.Time `json:"at"`
}

// Ended tells whether nothing more will happen to the action.
func (o Outcome) Ended() bool {
	switch o.State {
	case "requested", "approved", "executing", "verifying":
		return false
	}
	return true
}

// AgentState is what a supervisor saw of one incarnation.
type AgentState struct {
	Entity      Entity    `json:"entity"`
	Incarnation string    `json:"incarnation"`
	Release     string    `json:"release"`
	Status      string    `json:"status"`
	Reason      string    `json:"reason"`
	At          time.Time `json:"at"`
	Agent       bool      `json:"agent"`
	Planned     bool      `json:"planned"`
}

// Target is the state's entity with its incarnation.
func (s AgentState) Target() Target { return Target{s.Entity, s.Incarnation} }

// Change is something that somebody did on purpose.
type Change struct {
	Entity Entity    `json:"entity"`
	Kind   string    `json:"kind"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

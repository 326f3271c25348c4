package event

import "time"

// Mode says whether an action may touch anything.
type Mode string

const (
	ModeDryRun Mode = "dry_run" // say what would be done, and how to allow it
	ModeAct    Mode = "act"
)

// Step is one rung of a ladder. After the last one comes a page, always.
type Step struct {
	Verb         string            `json:"verb"`               // restart, rollback, degrade …: the executor's word
	Executor     string            `json:"executor"`           // component ID of the extension that does it
	Params       map[string]string `json:"params,omitempty"`   // from the policy, never from telemetry
	Timeout      Duration          `json:"timeout"`            // for the effect
	VerifyWithin Duration          `json:"verify_within"`      // for the proof of recovery, after the effect
	Hold         Duration          `json:"hold"`               // the proof must last that long
	Approval     bool              `json:"approval,omitempty"` // a person must agree first
}

// Action asks for the repair of one incident. It is sent again with every
// revision of the incident; its ID stays.
type Action struct {
	ID       string    `json:"id"`
	Policy   string    `json:"policy"`
	Mode     Mode      `json:"mode"`
	Target   Target    `json:"target"`
	Steps    []Step    `json:"steps"`
	IssuedAt time.Time `json:"issued_at"`
	Expires  time.Time `json:"expires"`
	Incident Incident  `json:"incident"` // as it stood at IssuedAt
}

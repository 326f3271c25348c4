package event

import "time"

// Class is how we know: it decides whether evidence may lead to an action.
type Class string

const (
	Told     Class = "told"     // an alert, a signed change, a person
	Seen     Class = "seen"     // an exit, a failed probe, a dead heart beat
	Inferred Class = "inferred" // an anomaly, an error span, a log
)

// Signal is where evidence came from.
type Signal string

const (
	SignalAlert  Signal = "alert"
	SignalChange Signal = "change"
	SignalState  Signal = "state"
	SignalMetric Signal = "metric"
	SignalTrace  Signal = "trace"
	SignalLog    Signal = "log"
)

// Evidence is one item that a person can check: who, what, when, with numbers.
type Evidence struct {
	Class    Class     `json:"class"`
	Signal   Signal    `json:"signal"`
	Entity   Entity    `json:"entity"`
	Text     string    `json:"text"`
	Observed float64   `json:"observed,omitempty"`
	Expected float64   `json:"expected,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	TraceID  string    `json:"trace_id,omitempty"`
	Onset    time.Time `json:"onset,omitzero"`
	At       time.Time `json:"at"`
}

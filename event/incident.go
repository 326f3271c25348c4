package event

import "time"

// IncidentStatus is open or resolved.
type IncidentStatus string

const (
	IncidentOpen     IncidentStatus = "open"
	IncidentResolved IncidentStatus = "resolved"
)

// Resolution says why an incident was closed.
type Resolution string

const (
	ResolvedRecovered Resolution = "recovered" // symptoms back inside their bands
	ResolvedSilent    Resolution = "silent"    // nobody speaks any more: an end, not a recovery
)

// Kind is what is wrong with the cause.
type Kind string

const (
	KindCrash      Kind = "crash"
	KindHang       Kind = "hang"
	KindSlow       Kind = "slow"
	KindErrors     Kind = "errors"
	KindCPU        Kind = "cpu"
	KindMemory     Kind = "memory"
	KindBadRelease Kind = "bad_release"
	KindDependency Kind = "dependency" // outside of what we see from within
	KindOverload   Kind = "overload"   // the load rose first
	KindNetwork    Kind = "network"    // what lies between it and its callers
	KindBadConfig  Kind = "bad_config"
	KindNeighbour  Kind = "noisy_neighbour" // several services of one host, none of them by itself
	KindLostAgent  Kind = "lost_agent"      // telemetry stopped, traffic flows on
	KindUnknown    Kind = "unknown"
)

// Kinds are all of them, for validation and metric labels.
var Kinds = []Kind{
	KindCrash, KindHang, KindSlow, KindErrors, KindCPU, KindMemory, KindBadRelease,
	KindDependency, KindOverload, KindNetwork, KindBadConfig, KindNeighbour, KindLostAgent, KindUnknown,
}

// Cause is one candidate for the root of an incident.
type Cause struct {
	Target Target  `json:"target"`
	Kind   Kind    `json:"kind"`
	Score  float64 `json:"score"` // larger is likelier; comparable within one incident only
	Why    string  `json:"why"`   // one line for people
	// Inner is what inside the target, where that is known: the lines between
	// which it went another way, the network, a metric, an operation.
	Inner string `json:"inner,omitempty"`
}

// Band is an interval of healthy values.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Contains tells whether x is in the band; NaN is not.
func (b Band) Contains(x float64) bool { return x >= b.Low && x <= b.High }

// Symptom is one thing that hurts, followed while the incident is open. Its
// band and demand are frozen at onset: what a fault taught the baseline can
// never count as recovery.
type Symptom struct {
	ID           string    `json:"id"`     // stable within the incident
	Entity       Entity    `json:"entity"` // where it hurts
	Signal       Signal    `json:"signal"`
	What         string    `json:"what"` // error_ratio, latency_p95, probe …
	Unit         string    `json:"unit,omitempty"`
	Band         Band      `json:"band"`
	Observed     float64   `json:"observed"`
	Demand       float64   `json:"demand"`        // requests per second behind Observed
	DemandBefore float64   `json:"demand_before"` // the same, before onset; 0: demand means nothing here
	Onset        time.Time `json:"onset"`
	WindowStart  time.Time `json:"window_start"` // Observed covers samples from here …
	FreshAt      time.Time `json:"fresh_at"`     // … to here; unchanged when nothing new came
}

// Blast is how far the damage reaches.
type Blast struct {
	Services     []string `json:"services"`      // sorted
	RequestShare float64  `json:"request_share"` // of the entry points' requests, 0 to 1
}

// Incident is one fault: its symptoms, its ranked cause and the evidence.
type Incident struct {
	ID         string         `json:"id"`
	Revision   uint64         `json:"revision"` // grows with every emission
	Status     IncidentStatus `json:"status"`
	Resolution Resolution     `json:"resolution,omitempty"`
	Onset      time.Time      `json:"onset"`
	OpenedAt   time.Time      `json:"opened_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
	ResolvedAt time.Time      `json:"resolved_at,omitzero"`
	Cause      Cause          `json:"cause"`
	RunnersUp  []Cause        `json:"runners_up,omitempty"`
	Confidence float64        `json:"confidence"`      // 0 to 1
	Settled    bool           `json:"settled"`         // ranked after the settle time; before, the cause is a guess
	Learning   bool           `json:"learning"`        // the baseline is too young to infer from
	Chain      []string       `json:"chain,omitempty"` // entities from the cause to the symptom
	Blast      Blast          `json:"blast"`
	Symptoms   []Symptom      `json:"symptoms"`
	Evidence   []Evidence     `json:"evidence"`           // about the cause first
	TraceID    string         `json:"trace_id,omitempty"` // shows the incident best
	Summary    string         `json:"summary"`            // one line for people
}

package healing

import (
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Record is all there is to know of one action: what the journal keeps.
type Record struct {
	Action   event.Action `json:"action"` // with the newest revision of its incident
	State    event.State  `json:"state"`
	Reason   Reason       `json:"reason,omitempty"` // of State, or what it waits for
	Received time.Time    `json:"received"`

	// Step is the rung that State is about, an index into Action.Steps.
	Step int `json:"step"`
	// Target of that rung: the action's for the first one, what the one before
	// it left for any other.
	Target event.Target `json:"target"`
	// Key is set from executing on, and names what was or is being done.
	Key string `json:"key,omitempty"`
	// Keys are those of every step that was handed to an executor.
	Keys []string `json:"keys,omitempty"`
	// Vain counts how often the executor said that nothing had happened.
	Vain int `json:"vain,omitempty"`
	// Acted is when the step was handed over; Effect when it was complete.
	Acted    time.Time    `json:"acted,omitzero"`
	Effect   time.Time    `json:"effect,omitzero"`
	Now      event.Target `json:"now,omitzero"` // the target after the effect
	VerifyBy time.Time    `json:"verify_by,omitzero"`
	// Proven is since when the proof has held; zero while it does not. ProvenBy
	// is the age of what proved it then, see freshness.
	Proven   time.Time `json:"proven,omitzero"`
	ProvenBy time.Time `json:"proven_by,omitzero"`
	// Untouched says that the verification watches what somebody else did.
	Untouched bool `json:"untouched,omitempty"`

	ApprovedBy string       `json:"approved_by,omitempty"`
	NotDone    []string     `json:"not_done,omitempty"`
	History    []Transition `json:"history"`
	Ended      time.Time    `json:"ended,omitzero"`
}

// Transition is one line of a record's history.
type Transition struct {
	At     time.Time   `json:"at"`
	From   event.State `json:"from,omitempty"`
	To     event.State `json:"to"`
	Step   string      `json:"step,omitempty"`
	Reason Reason      `json:"reason,omitempty"`
	Text   string      `json:"text,omitempty"`
}

// maxHistory bounds a record; a ladder of MaxSteps needs less. Beyond it the
// newest transition takes the place of the one before.
const maxHistory = 128

// step is the rung at hand; the zero Step beyond the end of the ladder.
func (r *Record) step() event.Step {
	if r.Step < len(r.Action.Steps) {
		return r.Action.Steps[r.Step]
	}
	return event.Step{}
}

// key identifies the step on the incarnation, never the incident: whoever asks
// for the same again, under whatever incident, asks for what was done.
func (r *Record) key() string {
	e, s := r.Target.Entity, r.step()
	return e.Namespace + "/" + e.Service + "/" + e.Instance + "@" + e.Host + "|" +
		string(r.Target.Incarnation) + "|" + s.Verb + " " + s.Executor + digest(s.Params)
}

// digest tells steps apart that differ in their parameters only, such as two
// levels of degradation. It is short and plain whatever the parameters hold.
func digest(params map[string]string) string {
	if len(params) == 0 {
		return ""
	}
	h := fnv.New64a()
	for _, k := range slices.Sorted(maps.Keys(params)) {
		fmt.Fprintf(h, "%q=%q ", k, params[k])
	}
	return fmt.Sprintf(" %016x", h.Sum64())
}

// order is the step at hand as an executor gets it.
func (r *Record) order() Order {
	s := r.step()
	return Order{
		Key:      r.Key,
		ActionID: r.Action.ID,
		Verb:     s.Verb,
		Target:   r.Target,
		Params:   s.Params,
		Issued:   r.Acted,
		Deadline: r.Acted.Add(time.Duration(s.Timeout)),
	}
}

// move changes the state and says so in the history.
func (r *Record) move(to event.State, reason Reason, text string, now time.Time) {
	if len(r.History) >= maxHistory {
		r.History = r.History[:maxHistory-1]
	}
	r.History = append(r.History, Transition{
		At: now, From: r.State, To: to, Step: r.step().Verb, Reason: reason, Text: text,
	})
	r.State, r.Reason = to, reason
	if to.Ended() {
		r.Ended = now
	}
}

// touched tells whether the action did, or may have done, something.
func (r *Record) touched() bool { return len(r.Keys) > 0 }

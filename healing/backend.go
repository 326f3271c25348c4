package healing

import (
	"context"

	"github.com/otelheal/otelheal/event"
)

// Backend takes actions and answers for them from then on. The embedded healer
// is one; anybody's HTTP service that keeps the contract is another.
type Backend interface {
	// Submit hands over an action, or a newer revision of it. It returns once
	// the backend will not forget it: for the healer, after the journal is
	// synced. An error means that it was not taken and may be sent again; what
	// can never be taken is a Receipt with a reason, not an error.
	Submit(ctx context.Context, a *event.Action) (Receipt, error)
}

// Receipt says what became of a submission.
type Receipt struct {
	ActionID string      `json:"action_id"`
	Verdict  Verdict     `json:"verdict"`
	State    event.State `json:"state,omitempty"`
	Reason   string      `json:"reason,omitempty"` // for VerdictInvalid: what to mend
}

// Verdict is what a backend made of a submission. None of them is an error: a
// doubled or late submission is expected, and harmless.
type Verdict string

const (
	VerdictAccepted  Verdict = "accepted"  // new
	VerdictUpdated   Verdict = "updated"   // a newer revision of a known action
	VerdictDuplicate Verdict = "duplicate" // this revision is known
	VerdictStale     Verdict = "stale"     // a newer revision is known, or the action has ended
	VerdictInvalid   Verdict = "invalid"   // it can never be taken
)

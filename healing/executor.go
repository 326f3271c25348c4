package healing

import (
	"context"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Executor is the hand of a healer: an extension that owns units and can do
// something to them. It decides nothing, but it has the last look: it compares
// the incarnation and acts in one go, as atomically as its platform allows.
type Executor interface {
	// Verbs lists what it can do, such as "restart".
	Verbs() []string
	// Inventory lists every unit that it owns, as of now. What is in no
	// inventory is never acted on.
	Inventory(ctx context.Context) ([]Unit, error)
	// Execute carries out one order and returns when its effect is known, or
	// when ctx ends, with EffectUnknown if it cannot tell. It may be called for
	// several orders at once, never twice at once for the same key.
	Execute(ctx context.Context, o Order) Result
	// Lookup tells what became of an order that was interrupted, without
	// doing anything: EffectDone, EffectNone or EffectUnknown.
	Lookup(ctx context.Context, o Order) Result
}

// Reporter is an executor that sees its units change. It calls report from a
// goroutine of its own, never while Subscribe runs, and once for every unit
// soon after Subscribe. report does not block. cancel waits for calls under way.
type Reporter interface {
	Subscribe(report func(Report)) (cancel func())
}

// Report is one thing that an executor saw: exactly one field is set.
type Report struct {
	State  *event.AgentState
	Change *event.Change
}

// Unit is one thing that an executor owns.
type Unit struct {
	Target   event.Target      `json:"target"` // the incarnation is that of its last life if it has ended
	Release  string            `json:"release,omitempty"`
	Previous string            `json:"previous,omitempty"` // the release to roll back to
	Status   event.AgentStatus `json:"status"`
	Since    time.Time         `json:"since"`             // when Status began
	Started  time.Time         `json:"started"`           // when this incarnation began
	OptOut   bool              `json:"opt_out,omitempty"` // its owner wants no healing
	Planned  bool              `json:"planned,omitempty"` // a restart or roll-out of it is under way
	Executor string            `json:"executor"`          // component ID
	// SelfHealed says that the executor restarts it by itself when it exits.
	SelfHealed bool `json:"self_healed,omitempty"`
}

// Owns tells whether the target, an instance or a whole service, covers the unit.
func (u *Unit) Owns(t event.Target) bool { return t.Entity.Covers(u.Target.Entity) }

// Order is one step on one target, as an executor gets it.
type Order struct {
	Key      string            `json:"key"` // idempotency: target, incarnation, step
	ActionID string            `json:"action_id"`
	Verb     string            `json:"verb"`
	Target   event.Target      `json:"target"`
	Params   map[string]string `json:"params,omitempty"`
	Issued   time.Time         `json:"issued"`
	Deadline time.Time         `json:"deadline"`
	Token    uint64            `json:"token"` // of the claim: an older one than was seen is to be refused
}

// Effect is what an order did.
type Effect string

const (
	EffectDone       Effect = "done"
	EffectNone       Effect = "none"       // certainly nothing was touched
	EffectSuperseded Effect = "superseded" // another incarnation is there: nothing was touched
	EffectRefused    Effect = "refused"    // the executor will not, and says why: nothing was touched
	EffectFailed     Effect = "failed"     // something was touched, and it did not do what was wanted
	EffectUnknown    Effect = "unknown"    // it may or may not have happened
)

// Result is what an executor says of an order.
type Result struct {
	Effect Effect       `json:"effect"`
	Now    event.Target `json:"now,omitzero"` // the target as it is after the effect, where known
	At     time.Time    `json:"at"`           // when the effect was complete
	Detail string       `json:"detail,omitempty"`
}

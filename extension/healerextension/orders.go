package healerextension

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/failpoint"
)

// dispatch hands orders and look-ups to their executors.
func (h *healer) dispatch(w healing.Work) {
	for _, a := range w.Orders {
		h.log.Info("Executing a step", zap.String("action", a.Order.ActionID), zap.String("verb", a.Order.Verb),
			zap.Stringer("target", a.Order.Target))
		h.orders.Go(func() { h.carryOut(a, h.execute) })
	}
	for _, a := range w.Lookups {
		h.log.Info("Looking up an interrupted step", zap.String("action", a.Order.ActionID), zap.String("verb", a.Order.Verb))
		h.orders.Go(func() { h.carryOut(a, lookUp) })
	}
}

// lookupWithin is for the answer of an executor to a look-up, since the order's
// own deadline may have passed while the healer was down.
const lookupWithin = 10 * time.Second

// lookUp is Lookup with time of its own.
func lookUp(hand healing.Executor, ctx context.Context, o healing.Order) healing.Result {
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	return hand.Lookup(ctx, o)
}

// execute is Execute by the order's deadline, once the step is claimed.
func (h *healer) execute(hand healing.Executor, ctx context.Context, o healing.Order) healing.Result {
	ctx, cancel := context.WithDeadline(ctx, o.Deadline)
	defer cancel()
	token, err := h.claims.Claim(ctx, o.Key)
	if err != nil {
		return healing.Result{Effect: healing.EffectNone, Detail: "the step was not claimed: " + err.Error()}
	}
	o.Token = token
	return hand.Execute(ctx, o)
}

// carryOut does one assignment and gives the answer to the core.
func (h *healer) carryOut(a healing.Assignment, how func(healing.Executor, context.Context, healing.Order) healing.Result) {
	result := healing.Result{Effect: healing.EffectUnknown, Detail: "no executor " + a.Executor + " is there to ask"}
	if hand := h.hand(a.Executor); hand != nil {
		failpoint.Hit(failpoint.BeforeEffect)
		result = how(hand, h.working, a.Order)
		failpoint.Hit(failpoint.AfterEffect)
	}
	if h.working.Err() != nil {
		return // cut off by Shutdown: the journal says executing, and the next start looks it up
	}
	h.metrics.executed(h.knownVerb(a), result.Effect)
	_ = h.do(func(now time.Time) healing.Work { return h.core.Done(a.Order.ActionID, a.Order.Key, result, now) })
}

// knownVerb is the verb if the executor has it: what a sender made up must not
// become a metric's label.
func (h *healer) knownVerb(a healing.Assignment) string {
	if hand := h.hand(a.Executor); hand != nil && slices.Contains(hand.Verbs(), a.Order.Verb) {
		return a.Order.Verb
	}
	return "other"
}

func (h *healer) hand(id string) healing.Executor {
	for _, e := range h.executors {
		if e.id == id {
			return e.hand
		}
	}
	return nil
}

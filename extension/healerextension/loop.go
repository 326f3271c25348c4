package healerextension

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/failpoint"
)

// inventoryWithin bounds how long one executor may take to say what it owns.
const inventoryWithin = time.Second

// Submit implements healing.Backend: it returns after the journal is synced.
func (h *healer) Submit(ctx context.Context, a *event.Action) (healing.Receipt, error) {
	if _, err := json.Marshal(a); err != nil {
		// Such as a NaN: to the journal it would look like a broken disk.
		return healing.Receipt{ActionID: a.ID, Verdict: healing.VerdictInvalid, Reason: err.Error()}, nil
	}
	var receipt healing.Receipt
	err := h.do(func(now time.Time) healing.Work {
		var w healing.Work
		receipt, w = h.core.Submit(a, now)
		return w
	})
	if err != nil {
		return healing.Receipt{}, err
	}
	h.metrics.submitted(receipt.Verdict)
	if receipt.Verdict == healing.VerdictAccepted || receipt.Verdict == healing.VerdictUpdated {
		h.tickWith(h.look(ctx))
	}
	return receipt, nil
}

// loop ticks until the healer stops.
func (h *healer) loop() {
	ticker := time.NewTicker(h.tick)
	defer ticker.Stop()
	for {
		select {
		case <-h.running.Done():
			return
		case <-ticker.C:
			env := h.look(h.running)
			if h.running.Err() != nil {
				return // the look was cut off
			}
			h.tickWith(env)
		}
	}
}

// tickWith lets the core look at its actions. Before Ready it may not act.
func (h *healer) tickWith(env healing.Env) {
	_ = h.do(func(now time.Time) healing.Work { // do has said what is wrong
		if !h.ready {
			return healing.Work{}
		}
		return h.core.Tick(env, now)
	})
}

// do is the one way to the core: it runs step, journals its work and hands it
// out, in this order.
func (h *healer) do(step func(now time.Time) healing.Work) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return h.broken
	}
	w := step(h.now())
	if w.Journalled() {
		failpoint.Hit(failpoint.BeforeJournal)
		begun := time.Now()
		dropped, err := h.journal.write(&w)
		if err != nil {
			h.breakDown(err)
			return h.broken
		}
		failpoint.Hit(failpoint.AfterJournal)
		h.metrics.journalled(time.Since(begun), dropped)
		if len(w.Outcomes)+len(w.Actions) > 0 {
			h.inbox.wake()
		}
	}
	h.tell(w.Outcomes)
	h.dispatch(w)
	return nil
}

// look gathers what the core has to know of the world.
func (h *healer) look(ctx context.Context) healing.Env {
	var env healing.Env
	for _, e := range h.executors {
		ctx, cancel := context.WithTimeout(ctx, inventoryWithin)
		units, err := e.hand.Inventory(ctx)
		cancel()
		if err != nil {
			env.Missing = append(env.Missing, e.id) // its units are in no inventory, so nothing is done to them
			continue
		}
		env.Units = append(env.Units, units...)
	}
	if h.cfg.KillSwitch != "" {
		// Whatever keeps us from seeing that the file is absent counts as there.
		if _, err := os.Stat(h.cfg.KillSwitch); !os.IsNotExist(err) {
			env.Killed = h.cfg.KillSwitch
		}
	}
	if h.silences != nil {
		env.Silences = h.silences.current()
	}
	h.metrics.saw(&env)
	return env
}

// tell logs outcomes, and delivers pages through the executors that can.
func (h *healer) tell(outcomes []event.Outcome) {
	for _, o := range outcomes {
		fields := []zap.Field{zap.String("action", o.ActionID), zap.String("incident_id", o.IncidentID),
			zap.String("state", string(o.State)), zap.String("reason", o.Reason), zap.String("text", o.Text)}
		h.metrics.ended(o)
		if !o.Page {
			h.log.Info("Healing outcome", fields...)
			continue
		}
		h.log.Error("A person is needed", fields...)
		for _, e := range h.executors {
			if p, ok := e.hand.(healing.Pager); ok {
				h.orders.Go(func() { h.page(p, e.id, o) })
			}
		}
	}
}

// pageWithin bounds one delivery; the outcome itself leaves by the receiver.
const pageWithin = 10 * time.Second

func (h *healer) page(p healing.Pager, id string, o event.Outcome) {
	ctx, cancel := context.WithTimeout(h.working, pageWithin)
	defer cancel()
	if err := p.Page(ctx, o); err != nil {
		h.metrics.pageFailed()
		h.log.Warn("A page was not delivered", zap.String("executor", id), zap.String("action", o.ActionID), zap.Error(err))
	}
}

package judge

import (
	"fmt"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/ledger"
)

// untouched: every start in the ledger has a reason, and no life was ended twice.
func untouched(e *Episode, _ *Finding) []string {
	var breaches []string
	starts := map[string]int{}
	for _, s := range e.starts() {
		starts[s.Instance]++
		allowed := allowedStarts(e, s)
		if starts[s.Instance] > allowed {
			breaches = append(breaches, unexpected(e, s, allowed))
		}
	}
	if e.Case.Kind != fault.Agent {
		breaches = append(breaches, agentTouched(e)...)
	}
	return breaches
}

// allowedStarts is how often the instance may start in the episode.
func allowedStarts(e *Episode, s ledger.Entry) int {
	switch e.Case.Answer().Touch {
	case fault.TouchInstance:
		if s.Instance == e.Case.Instance {
			return 1
		}
	case fault.TouchService:
		if s.Service == e.Case.Service {
			return 2 // once into the bad release, once out of it
		}
	}
	return 0
}

func unexpected(e *Episode, s ledger.Entry, allowed int) string {
	if allowed > 0 {
		return fmt.Sprintf("%s was started again after %s (process %d), though it had been restarted already", s.Instance, e.after(s.At()), s.PID)
	}
	return fmt.Sprintf("%s was started after %s (process %d) without a reason", s.Instance, e.after(s.At()), s.PID)
}

func agentTouched(e *Episode) []string {
	before, ok := e.Record.Events.State(e.Shop.Agent, e.Injected)
	after, _ := e.Record.Events.State(e.Shop.Agent, e.Ended)
	if !ok || before.Incarnation == after.Incarnation {
		return nil
	}
	return []string{fmt.Sprintf("the node collector was replaced (%s by %s) without a reason", before.Incarnation, after.Incarnation)}
}

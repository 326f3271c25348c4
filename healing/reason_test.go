package healing

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// provoked has one story for every reason there is: what makes the healer give it.
var provoked = map[Reason]func(w *world, a *event.Action){
	ReasonUnsettled:      func(w *world, a *event.Action) { a.Incident.Settled = false; w.submit(a) },
	ReasonUncorroborated: func(w *world, a *event.Action) { a.Incident.Evidence = a.Incident.Evidence[:0]; w.submit(a) },
	ReasonLearning: func(w *world, a *event.Action) {
		a.Incident.Evidence[0].Class, a.Incident.Learning = event.Inferred, true
		w.submit(a)
	},
	ReasonUnmatched: func(w *world, a *event.Action) {
		a.Policy, a.Steps = Unmatched, nil
		w.submit(a)
	},
	ReasonRecovering: func(w *world, a *event.Action) { w.submit(w.revised(a, 0, 20)) },
	ReasonPlanned:    func(w *world, a *event.Action) { w.unit("payment-2").Planned = true; w.submit(a) },
	ReasonSupervisor: func(w *world, a *event.Action) {
		u := w.unit("payment-2")
		u.SelfHealed, u.Status = true, event.AgentExited
		w.submit(a)
	},
	ReasonNoInventory: func(w *world, a *event.Action) {
		w.env.Units, w.env.Missing = nil, []string{"process_executor"}
		w.submit(a)
	},
	ReasonBusy: func(w *world, a *event.Action) {
		w.submit(w.action("other", "payment-2"))
		w.submit(a)
	},
	ReasonCooldown: func(w *world, a *event.Action) {
		b := w.action("other", "payment-2")
		w.submit(b)
		w.executed()
		w.seconds(8, b, 0, 20)
		a.Target.Incarnation = w.unit("payment-2").Target.Incarnation
		w.submit(a)
	},
	ReasonBlastRadius: func(w *world, a *event.Action) {
		w.submit(w.action("o1", "search-1"))
		w.submit(w.action("o2", "cart-1"))
		w.submit(a)
	},
	ReasonMinHealthy: func(w *world, a *event.Action) {
		w.unit("payment-1").Status = event.AgentStarting
		w.submit(a)
	},
	ReasonApproval: func(w *world, a *event.Action) { a.Steps[0].Approval = true; w.submit(a) },

	ReasonDryRun:     func(w *world, a *event.Action) { a.Mode = event.ModeDryRun; w.submit(a) },
	ReasonKillSwitch: func(w *world, a *event.Action) { w.env.Killed = "/run/stop"; w.submit(a) },
	ReasonDenied:     func(w *world, a *event.Action) { w.h.limits.Deny = []string{"pay*"}; w.submit(a) },
	ReasonBudget:     func(w *world, a *event.Action) { w.h.limits.Budget = 0; w.submit(a) },
	ReasonStorm:      func(w *world, a *event.Action) { w.h.stormUntil = w.now.Add(time.Second); w.submit(a) },
	ReasonFlapping: func(w *world, a *event.Action) {
		w.h.limits.Flaps = 1
		b := w.action("other", "payment-2")
		w.submit(b)
		w.executed()
		a.Target.Incarnation = w.unit("payment-2").Target.Incarnation
		w.submit(a)
	},
	ReasonOptOut: func(w *world, a *event.Action) { w.unit("payment-2").OptOut = true; w.submit(a) },
	ReasonSilenced: func(w *world, a *event.Action) {
		w.env.Silences = []Silence{{ID: "s", By: "ann", Matchers: []Matcher{{Name: "service", Value: regexp.MustCompile("^payment$")}}}}
		w.submit(a)
	},
	ReasonNotOwned: func(w *world, a *event.Action) {
		a.Target.Entity.Service, a.Target.Entity.Instance = "bank", ""
		w.submit(a)
	},
	ReasonUnknownIncarnation: func(w *world, a *event.Action) { a.Target.Incarnation = ""; w.submit(a) },
	ReasonUsedKey: func(w *world, a *event.Action) {
		b := w.action("other", "payment-2")
		w.submit(b)
		w.answered(Result{Effect: EffectDone, Now: b.Target}) // such as a degradation: the same life
		w.seconds(8, b, 0, 20)
		w.submit(a)
	},
	ReasonByExecutor: func(w *world, a *event.Action) { w.submit(a); w.answered(Result{Effect: EffectRefused}) },
	ReasonNoExecutor: func(w *world, a *event.Action) { a.Steps[0].Executor = "magic"; w.submit(a) },

	ReasonNoStep:  func(w *world, a *event.Action) { a.Steps = nil; w.submit(a) },
	ReasonExpired: func(w *world, a *event.Action) { a.Incident.Settled = false; w.submit(a); w.silence(31) },
	ReasonSelfHealed: func(w *world, a *event.Action) {
		a.Incident.Status, a.Incident.Resolution = event.IncidentResolved, event.ResolvedRecovered
		w.submit(a)
	},
	ReasonOtherLife: func(w *world, a *event.Action) { w.reborn("payment-2", "7@7"); w.submit(a) },
	ReasonPerson:    func(w *world, a *event.Action) { w.unit("payment-2").Status = event.AgentStopped; w.submit(a) },
	ReasonProven:    func(w *world, a *event.Action) { w.submit(a); w.executed(); w.seconds(8, a, 0, 20) },
	ReasonHolding:   func(w *world, a *event.Action) { w.submit(a); w.executed(); w.seconds(2, a, 0, 20) },
	ReasonNotRecovered: func(w *world, a *event.Action) {
		w.submit(a)
		w.executed()
		w.seconds(2, a, 0.9, 20)
	},
	ReasonSilence: func(w *world, a *event.Action) { w.submit(a); w.executed(); w.silence(2) },
	ReasonDemandMissing: func(w *world, a *event.Action) {
		w.submit(a)
		w.executed()
		w.seconds(2, a, 0, 9)
	},
	ReasonProbe: func(w *world, a *event.Action) {
		w.submit(a)
		w.executed()
		w.unit("payment-2").Status = event.AgentUnhealthy
		w.seconds(2, a, 0, 20)
	},
	ReasonEffectFailed:  func(w *world, a *event.Action) { w.submit(a); w.answered(Result{Effect: EffectFailed}) },
	ReasonEffectUnknown: func(w *world, a *event.Action) { w.submit(a); w.answered(Result{Effect: EffectUnknown}) },
}

// acting are the reasons that can only be had after an order.
var acting = map[Reason]bool{
	ReasonByExecutor: true, ReasonProven: true, ReasonHolding: true, ReasonNotRecovered: true, ReasonSilence: true,
	ReasonDemandMissing: true, ReasonProbe: true, ReasonEffectFailed: true, ReasonEffectUnknown: true,
}

// Each reason is given by somebody, and all but those of an order's aftermath
// stop the order.
func TestEveryReasonIsGivenAndStopsTheStep(t *testing.T) {
	for _, reason := range declared(t, "reason.go", "Reason") {
		t.Run(reason, func(t *testing.T) {
			story := provoked[Reason(reason)]
			require.NotNil(t, story, "no story provokes it")
			w := newWorld(t)
			a := w.action("i1", "payment-2")
			story(w, a)
			r := w.record(a)
			assert.Equal(t, reason, string(r.Reason), r.Say())
			mine := 0
			for _, o := range w.orders {
				if o.Order.ActionID == a.ID {
					mine++
				}
			}
			if acting[Reason(reason)] {
				assert.Equal(t, 1, mine)
			} else {
				assert.Zero(t, mine)
			}
			assert.NotEmpty(t, r.Say())
		})
	}
}

// declared lists the values of all constants of a type in a file of ours.
func declared(t *testing.T, file, typ string) (values []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == typ {
				s, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				values = append(values, s)
			}
		}
		return true
	})
	require.NotEmpty(t, values)
	return values
}

// ending has one story for each state that an action can be in.
var ending = map[event.State]Reason{
	event.StateRequested:  ReasonUnsettled,
	event.StateExecuting:  "", // see below
	event.StateVerifying:  ReasonHolding,
	event.StateSucceeded:  ReasonProven,
	event.StateEscalated:  ReasonNoStep,
	event.StateFailed:     ReasonEffectFailed,
	event.StateRefused:    ReasonKillSwitch,
	event.StateSuperseded: ReasonPerson,
	event.StateExpired:    ReasonExpired,
	event.StateUnknown:    ReasonEffectUnknown,
}

func TestEveryStateIsReached(t *testing.T) {
	for _, s := range declared(t, "../event/outcome.go", "State") {
		t.Run(s, func(t *testing.T) {
			w := newWorld(t)
			a := w.action("i1", "payment-2")
			switch reason, ok := ending[event.State(s)]; {
			case s == string(event.StateApproved): // it lasts for no time, but is in the history
				w.submit(a)
				assert.Equal(t, event.StateApproved, w.record(a).History[1].To)
				return
			case s == string(event.StateInconclusive):
				w.submit(a)
				w.executed()
				w.silence(40)
			case reason == "":
				require.True(t, ok, "no story leads there")
				w.submit(a)
			default:
				provoked[reason](w, a)
			}
			assert.Equal(t, s, string(w.record(a).State))
		})
	}
}

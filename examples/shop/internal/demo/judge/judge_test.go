package judge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/ledger"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// at is a moment of the story, in seconds; the fault comes at 10.
func at(seconds float64) time.Time {
	return time.UnixMilli(1_764_000_000_000 + int64(seconds*1000))
}

var victim = events.Entity{Service: "payment", Instance: "payment-2"}

// healed is an episode in which everything went well: a hang at 10, an incident
// at 12, a restart at 13, well from 16 on, verified at 20.
func healed() *Episode {
	r := &Record{
		Ledger: ledger.Log{
			start(1, "payment-1", 101), start(1, "payment-2", 102), start(1, "cart-1", 103),
			start(14, "payment-2", 202),
		},
	}
	r.Witness = film("++++++++++------++++++++++")
	target := events.Target{Entity: victim, Incarnation: "102@5"}
	incident := events.Incident{
		ID: "i1", Revision: 2, Status: "open", Settled: true, OpenedAt: at(12), UpdatedAt: at(13),
		Cause: events.Cause{Target: target, Kind: "hang"},
	}
	r.Events.Incidents = []events.Incident{incident}
	r.Events.Actions = []events.Action{{ID: "a1", Target: target, Incident: incident}}
	r.Events.Outcomes = []events.Outcome{
		{ActionID: "a1", IncidentID: "i1", State: "executing", Step: "restart", Mode: "act", Target: target, At: at(13)},
		{ActionID: "a1", IncidentID: "i1", State: "succeeded", Step: "restart", Mode: "act", Target: target, At: at(20)},
	}
	r.Events.States = []events.AgentState{{Entity: events.Entity{Instance: "node"}, Incarnation: "7@1", At: at(1)}}
	return &Episode{
		Shop:     Shop{Agent: "node", Bank: []string{"bank", "127.0.0.1:9999"}, Limits: witness.Limits{Ratio: 0.95, P95: 500}},
		Case:     fault.Case{Kind: fault.Hang, Place: fault.Place{Role: "payment", Service: "payment", Instance: "payment-2"}},
		Injected: at(10), Ended: at(25), Record: r,
	}
}

func start(second float64, instance string, pid int) ledger.Entry {
	service := instance[:len(instance)-2]
	return ledger.Entry{T: at(second).UnixMilli(), PID: pid, Instance: instance, Service: service, Event: "start"}
}

func film(seconds string) witness.Log {
	var l witness.Log
	for i, c := range seconds {
		s := witness.Second{T: at(float64(i)).UnixMilli(), Sent: 50, OK: 50, P95: 20}
		if c == '-' {
			s.OK = 20
		}
		l = append(l, s)
	}
	return l
}

func TestHealed(t *testing.T) {
	f := Judge(healed())
	assert.Empty(t, f.Breaches)
	assert.Equal(t, GradeRight, f.Grade)
	assert.Equal(t, []time.Time{at(12), at(13), at(16), at(20)}, []time.Time{f.Detected, f.Acted, f.Restored, f.Verified})
	assert.True(t, f.Harmed)
	assert.Equal(t, 1, f.Incidents)
}

func TestPolicyWithdrawnWhileVerifying(t *testing.T) {
	e := healed()
	e.Record.Events.Outcomes[1].Mode = "dry_run"
	assert.Empty(t, Judge(e).Breaches)
}

func TestBreaches(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(e *Episode)
		want   string
	}{
		{"verified before restored", func(e *Episode) {
			e.Record.Events.Outcomes[1].At = at(15)
		}, "verified after 5s, before it was restored after 6s"},
		{"never restored", func(e *Episode) {
			e.Record.Witness = film("++++++++++----------------")
		}, "the witness saw no recovery"},
		{"never verified", func(e *Episode) {
			e.Record.Events.Outcomes[1].State = "inconclusive"
			e.Record.Events.Outcomes[1].Reason = "silence"
		}, "never verified (last word: inconclusive, silence)"},
		{"nothing done", func(e *Episode) {
			e.Record.Events.Outcomes = nil
		}, "no restart of payment-2 was executed"},
		{"a dry run is not an action", func(e *Episode) {
			for i := range e.Record.Events.Outcomes {
				e.Record.Events.Outcomes[i].Mode = "dry_run"
			}
		}, "no restart of payment-2 was executed"},
		{"the sibling was restarted", func(e *Episode) {
			for i := range e.Record.Events.Outcomes {
				e.Record.Events.Outcomes[i].Target.Entity.Instance = "payment-1"
			}
		}, "restart of payment-1 was executed after 3s, but payment-2 was broken"},
		{"another life", func(e *Episode) {
			for i := range e.Record.Events.Outcomes {
				e.Record.Events.Outcomes[i].Target.Incarnation = "99@1"
			}
		}, `on incarnation "99@1", but process 102 was broken`},
		{"another action", func(e *Episode) {
			for i := range e.Record.Events.Outcomes {
				e.Record.Events.Outcomes[i].Step = "rollback"
			}
		}, "rollback of payment-2 was executed after 3s, where a restart was right"},
		{"a bystander started", func(e *Episode) {
			e.Record.Ledger = append(e.Record.Ledger, start(15, "cart-1", 300))
		}, "cart-1 was started after 5s (process 300) without a reason"},
		{"started twice", func(e *Episode) {
			e.Record.Ledger = append(e.Record.Ledger, start(17, "payment-2", 301))
		}, "payment-2 was started again after 7s (process 301)"},
		{"the node collector was replaced", func(e *Episode) {
			s := e.Record.Events.States[0]
			s.Incarnation, s.At = "8@2", at(15)
			e.Record.Events.States = append(e.Record.Events.States, s)
		}, "the node collector was replaced (7@1 by 8@2)"},
		{"records lost", func(e *Episode) {
			e.Lost = []int{17, 18}
		}, "2 records that the node collector had acknowledged did not arrive, the first is number 17"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := healed()
			tt.change(e)
			breaches := Judge(e).Breaches
			if assert.NotEmpty(t, breaches) {
				assert.Contains(t, breaches[0], tt.want)
			}
		})
	}
}

func TestBankIsPagedAndNothingElse(t *testing.T) {
	e := healed()
	e.Case = fault.Case{Kind: fault.Bank}
	e.Record.Ledger = e.Record.Ledger[:3]
	e.Record.Events.Incidents[0].Cause = events.Cause{Kind: "dependency", Target: events.Target{Entity: events.Entity{Service: "127.0.0.1:9999"}}}
	e.Record.Events.Outcomes = []events.Outcome{{ActionID: "a1", IncidentID: "i1", State: "refused", Page: true, At: at(13)}}
	f := Judge(e)
	assert.Empty(t, f.Breaches)
	assert.Equal(t, GradeRight, f.Grade)
	assert.True(t, f.Paged)

	e.Record.Events.Outcomes[0].Page = false
	assert.Equal(t, []string{"nobody was called, though only a person can help here"}, Judge(e).Breaches)

	e.Record.Events.Outcomes = healed().Record.Events.Outcomes
	assert.Contains(t, Judge(e).Breaches[0], "though nothing may be touched here")
}

func TestOverloadMayBePaged(t *testing.T) {
	e := healed()
	e.Case = fault.Case{Kind: fault.Load}
	e.Record.Ledger = e.Record.Ledger[:3]
	e.Record.Events.Outcomes = []events.Outcome{{ActionID: "a1", IncidentID: "i1", State: "refused", Page: true, At: at(13)}}
	assert.Empty(t, Judge(e).Breaches)
	e.Record.Events.Outcomes[0].Page = false
	assert.Equal(t, []string{"no degrade of the frontend was executed"}, Judge(e).Breaches)
}

func TestReleaseMayStartEachInstanceTwice(t *testing.T) {
	e := healed()
	e.Case = fault.Case{Kind: fault.Release, Place: fault.Place{Role: "payment", Service: "payment"}}
	for i := range e.Record.Events.Outcomes {
		e.Record.Events.Outcomes[i].Step = "rollback"
		e.Record.Events.Outcomes[i].Target = events.Target{Entity: events.Entity{Service: "payment"}, Incarnation: "release:v2"}
	}
	for i, s := range []float64{10.5, 11, 14, 15} {
		e.Record.Ledger = append(e.Record.Ledger, start(s, []string{"payment-1", "payment-2"}[i%2], 400+i))
	}
	e.Record.Ledger = append(e.Record.Ledger[:3], e.Record.Ledger[4:]...)
	assert.Empty(t, Judge(e).Breaches)
	e.Record.Ledger = append(e.Record.Ledger, start(18, "payment-1", 500))
	assert.Contains(t, Judge(e).Breaches[0], "payment-1 was started again")
}

func TestGrades(t *testing.T) {
	e := healed()
	cause := func(kind, instance string) events.Cause {
		return events.Cause{Kind: kind, Target: events.Target{Entity: events.Entity{Service: "payment", Instance: instance}}}
	}
	assert.Equal(t, GradeRight, grade(e, cause("hang", "payment-2")))
	assert.Equal(t, GradePlace, grade(e, cause("slow", "payment-2")))
	assert.Equal(t, GradeWrong, grade(e, cause("hang", "payment-1")))
	assert.Equal(t, GradeNone, grade(e, events.Cause{}))
	e.Case = fault.Case{Kind: fault.Agent}
	assert.Equal(t, GradeRight, grade(e, cause("crash", "node")))
}

package healing

import (
	"encoding/json"
	"math"
	"math/rand"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

var policyNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// hung is an incident whose cause is a hanging instance.
func hung() *event.Incident {
	target := event.Target{
		Entity:      event.Entity{Namespace: "shop", Service: "payment", Instance: "payment-1"},
		Incarnation: "17@1000",
	}
	return &event.Incident{
		ID: "inc-1", Revision: 3, Status: event.IncidentOpen, Settled: true,
		Onset: policyNow.Add(-4 * time.Second), OpenedAt: policyNow.Add(-2 * time.Second), UpdatedAt: policyNow,
		Cause:      event.Cause{Target: target, Kind: event.KindHang, Score: 3, Why: "probe fails"},
		Confidence: 0.8,
		Evidence: []event.Evidence{
			{Class: event.Seen, Signal: event.SignalState, Entity: target.Entity, At: policyNow.Add(-time.Second)},
			{Class: event.Inferred, Signal: event.SignalTrace, Entity: target.Entity, At: policyNow.Add(-3 * time.Second)},
		},
	}
}

func restart() Policy {
	return Policy{
		Name:  "restart",
		Match: Match{Kinds: []event.Kind{event.KindHang}, Namespaces: []string{"shop"}, MinConfidence: 0.6},
		Mode:  event.ModeAct,
		Steps: []event.Step{{Verb: "restart", Executor: "process_executor/shop"}},
	}
}

func TestPlanMatch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		match  Match
		change func(*event.Incident)
		want   bool
	}{
		{name: "an empty match asks nothing", want: true},
		{name: "kind", match: Match{Kinds: []event.Kind{event.KindSlow, event.KindHang}}, want: true},
		{name: "another kind", match: Match{Kinds: []event.Kind{event.KindSlow}}},
		{name: "service exactly", match: Match{Services: []string{"cart", "payment"}}, want: true},
		{name: "no prefix without a star", match: Match{Services: []string{"pay"}}},
		{name: "service by glob", match: Match{Services: []string{"pay*"}}, want: true},
		{name: "namespace", match: Match{Namespaces: []string{"shop"}}, want: true},
		{name: "another namespace", match: Match{Namespaces: []string{"shop-test"}}},
		{name: "instance", match: Match{Instances: []string{"payment-?"}}, want: true},
		{name: "service as a whole only", match: Match{Instances: []string{""}}},
		{
			name: "service as a whole", match: Match{Instances: []string{""}}, want: true,
			change: func(i *event.Incident) { i.Cause.Target.Entity.Instance = "" },
		},
		{name: "just confident enough", match: Match{MinConfidence: 0.8}, want: true},
		{name: "not confident enough", match: Match{MinConfidence: 0.81}},
		{
			name:   "confidence is no number",
			change: func(i *event.Incident) { i.Confidence = math.NaN() },
		},
		{name: "all must match", match: Match{Kinds: []event.Kind{event.KindHang}, Services: []string{"cart"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := hung()
			if tt.change != nil {
				tt.change(i)
			}
			p := Policy{Name: "p", Match: tt.match}
			want := Unmatched
			if tt.want {
				want = "p"
			}
			assert.Equal(t, want, Plan([]Policy{p}, i, policyNow).Policy)
		})
	}
}

func TestPlanFirstMatchWins(t *testing.T) {
	slow := Policy{Name: "slow", Match: Match{Kinds: []event.Kind{event.KindSlow}}}
	any := Policy{Name: "any"}
	i := hung()
	assert.Equal(t, "restart", Plan([]Policy{slow, restart(), any}, i, policyNow).Policy)
	assert.Equal(t, "any", Plan([]Policy{slow, any, restart()}, i, policyNow).Policy)
}

func TestPlanAction(t *testing.T) {
	i := hung()
	a := Plan([]Policy{restart()}, i, policyNow)
	require.NoError(t, a.Validate())
	assert.Equal(t, event.Action{
		ID: ActionID("inc-1"), Policy: "restart", Mode: event.ModeAct, Target: i.Cause.Target,
		Steps: []event.Step{{
			Verb: "restart", Executor: "process_executor/shop",
			Timeout: event.Duration(20 * time.Second), VerifyWithin: event.Duration(30 * time.Second), Hold: event.Duration(3 * time.Second),
		}},
		IssuedAt: policyNow, Expires: policyNow.Add(29 * time.Second), Incident: *i,
	}, a)
}

func TestPlanUnmatchedHasNoSteps(t *testing.T) {
	i := hung()
	a := Plan(nil, i, policyNow)
	require.NoError(t, a.Validate())
	assert.Equal(t, Unmatched, a.Policy)
	assert.Equal(t, event.ModeDryRun, a.Mode)
	assert.Empty(t, a.Steps)
}

func TestPlanModeIsDryRunUnlessSaid(t *testing.T) {
	p := restart()
	p.Mode = ""
	assert.Equal(t, event.ModeDryRun, Plan([]Policy{p}, hung(), policyNow).Mode)
}

func TestPlanKeepsWhatThePolicySays(t *testing.T) {
	p := restart()
	p.Steps[0].Timeout, p.Steps[0].VerifyWithin, p.Steps[0].Hold = event.Duration(1), event.Duration(3), event.Duration(2)
	p.Steps[0].Params = map[string]string{"level": "1"}
	a := Plan([]Policy{p}, hung(), policyNow)
	assert.Equal(t, p.Steps, a.Steps)
	a.Steps[0].Params["level"] = "2"
	a.Steps[0].Verb = "other"
	assert.Equal(t, "1", p.Steps[0].Params["level"], "an action shares nothing with its policy")
	assert.Equal(t, "restart", p.Steps[0].Verb)
}

func TestPlanExpires(t *testing.T) {
	for _, tt := range []struct {
		name    string
		expires time.Duration
		change  func(*event.Incident)
		want    time.Time
	}{
		{name: "newest evidence", want: policyNow.Add(29 * time.Second)},
		{name: "of the policy", expires: time.Minute, want: policyNow.Add(59 * time.Second)},
		{
			name:   "no evidence: the revision",
			change: func(i *event.Incident) { i.Evidence = nil },
			want:   policyNow.Add(30 * time.Second),
		},
		{
			name:   "no time at all: now",
			change: func(i *event.Incident) { i.Evidence, i.UpdatedAt = nil, time.Time{} },
			want:   policyNow.Add(30 * time.Second),
		},
		{
			name:   "evidence of tomorrow counts as of this revision",
			change: func(i *event.Incident) { i.Evidence[1].At = policyNow.Add(24 * time.Hour) },
			want:   policyNow.Add(30 * time.Second),
		},
		{
			name: "a revision of tomorrow counts as of now",
			change: func(i *event.Incident) {
				i.UpdatedAt = policyNow.Add(24 * time.Hour)
				i.Evidence[1].At = i.UpdatedAt
			},
			want: policyNow.Add(30 * time.Second),
		},
		{
			name: "a symptom that still hurts",
			change: func(i *event.Incident) {
				i.Symptoms = []event.Symptom{{Band: event.Band{High: 1}, Observed: 2, FreshAt: policyNow}}
			},
			want: policyNow.Add(30 * time.Second),
		},
		{
			name: "a symptom that is over is no evidence",
			change: func(i *event.Incident) {
				i.Symptoms = []event.Symptom{{Band: event.Band{High: 1}, Observed: 1, FreshAt: policyNow}}
			},
			want: policyNow.Add(29 * time.Second),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := hung()
			if tt.change != nil {
				tt.change(i)
			}
			p := restart()
			p.Expires = tt.expires
			assert.Equal(t, tt.want, Plan([]Policy{p}, i, policyNow).Expires)
		})
	}
}

func TestDeliverBy(t *testing.T) {
	i := hung()
	i.Evidence[0].At = policyNow.Add(-time.Hour)
	i.Evidence[1].At = policyNow.Add(-time.Hour)
	a := Plan([]Policy{restart()}, i, policyNow)
	assert.True(t, a.Expires.Before(policyNow), "nothing may begin")
	assert.Equal(t, policyNow.Add(DefaultExpires), DeliverBy(&a), "who began before must hear of the revision")

	p := restart()
	p.Expires = time.Hour
	a = Plan([]Policy{p}, hung(), policyNow)
	assert.Equal(t, a.Expires, DeliverBy(&a))
}

func TestPremature(t *testing.T) {
	i := hung()
	i.Settled = false
	a := Plan([]Policy{restart()}, i, policyNow)
	assert.False(t, Premature(&a), "what waits for the ranking is for the healer to say")
	a = Plan(nil, i, policyNow)
	assert.True(t, Premature(&a))
	a = Plan([]Policy{{Name: "leave-to-people"}}, i, policyNow)
	assert.True(t, Premature(&a))
	i.Settled = true
	a = Plan(nil, i, policyNow)
	assert.False(t, Premature(&a))
}

func TestActionID(t *testing.T) {
	assert.Equal(t, ActionID("inc-1"), ActionID("inc-1"))
	assert.NotEqual(t, ActionID("inc-1"), ActionID("inc-2"))
	assert.LessOrEqual(t, len(ActionID(string(make([]byte, 1000)))), event.MaxName)
}

// The plan depends on nothing but its input: not on the time it is made, the
// order of a map, or what was planned before.
func TestPlanIsDeterministic(t *testing.T) {
	again := func(seed int64) bool {
		r := rand.New(rand.NewSource(seed))
		policies := randomPolicies(r)
		i := randomIncident(r)
		first := Plan(policies, i, policyNow)
		Plan(policies, randomIncident(r), policyNow)
		second := Plan(policies, i, policyNow.Add(time.Duration(r.Intn(100))*time.Second))
		a, err := json.Marshal(first)
		require.NoError(t, err)
		b, err := json.Marshal(second)
		require.NoError(t, err)
		return string(a) == string(b) && first.Expires.After(policyNow.Add(-time.Hour)) && !first.Expires.After(policyNow.Add(time.Hour))
	}
	require.NoError(t, quick.Check(again, &quick.Config{MaxCount: 500}))
}

func randomPolicies(r *rand.Rand) []Policy {
	var policies []Policy
	for range r.Intn(5) {
		p := Policy{Name: string(rune('a' + r.Intn(26))), Match: Match{MinConfidence: r.Float64()}}
		for range r.Intn(3) {
			p.Match.Kinds = append(p.Match.Kinds, event.Kinds[r.Intn(len(event.Kinds))])
		}
		for range r.Intn(4) {
			p.Steps = append(p.Steps, event.Step{
				Verb: "v", Executor: "e", Params: map[string]string{"a": "1", "b": "2", "c": "3"},
				Timeout: event.Duration(r.Int63n(int64(time.Minute))),
			})
		}
		policies = append(policies, p)
	}
	return policies
}

func randomIncident(r *rand.Rand) *event.Incident {
	i := hung()
	i.ID = string(rune('a' + r.Intn(26)))
	i.Cause.Kind = event.Kinds[r.Intn(len(event.Kinds))]
	i.Confidence = r.Float64()
	for k := range i.Evidence {
		i.Evidence[k].At = policyNow.Add(time.Duration(r.Int63n(int64(time.Hour))) - 30*time.Minute)
	}
	return i
}

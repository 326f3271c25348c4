package healing

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// Whatever comes in whatever order, kill -9 included, the promises hold that a
// single story cannot show.
func TestPromisesHoldInAnyOrder(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			newChaos(t, seed).run()
		})
	}
}

// chaos is a world in which everything happens at random.
type chaos struct {
	*world
	rnd      *rand.Rand
	actions  []*event.Action
	pending  []Assignment
	executed map[string]bool // keys whose last answer was not that nothing happened
	checked  int             // of world.work
	lives    int
}

func newChaos(t *testing.T, seed uint64) *chaos {
	w := newWorld(t, func(l *Limits) { l.Cooldown, l.Flaps, l.Budget, l.Storm = time.Second, 10, 50, 7 })
	return &chaos{world: w, rnd: rand.New(rand.NewPCG(seed, 1)), executed: map[string]bool{}}
}

func (c *chaos) run() {
	for range 300 {
		c.now = c.now.Add(time.Duration(c.rnd.IntN(1500)) * time.Millisecond)
		switch c.rnd.IntN(12) {
		case 0, 1:
			c.ask()
		case 2, 3, 4:
			c.revise()
		case 5, 6:
			c.answer()
		case 7:
			c.change()
		case 8:
			if len(c.actions) > 0 {
				_, work := c.h.Approve(c.any().ID, "ann", c.now)
				c.do(work)
			}
		case 9:
			if c.rnd.IntN(5) == 0 {
				c.pending = c.killed().Lookups
			}
		default:
			c.wait(0)
		}
		c.check()
	}
	for len(c.pending) > 0 {
		c.answer()
		c.check()
	}
	for range 20 { // every rung takes at most VerifyWithin and twice its hold, then Expires
		c.wait(40 * time.Second)
		c.check()
	}
	for _, r := range c.h.Records() {
		require.True(c.t, r.State.Ended(), "%s never ended: %v", r.Action.ID, r.History)
	}
}

func (c *chaos) any() *event.Action { return c.actions[c.rnd.IntN(len(c.actions))] }

func (c *chaos) ask() {
	u := c.env.Units[c.rnd.IntN(len(c.env.Units))]
	a := c.action(fmt.Sprint("i", len(c.actions)), u.Target.Entity.Instance)
	a.Target.Incarnation = u.Target.Incarnation
	a.Incident.Settled = c.rnd.IntN(4) > 0
	if c.rnd.IntN(3) == 0 {
		a.Steps = append(a.Steps, step("rollback"))
	}
	a.Steps[0].Approval = c.rnd.IntN(8) == 0
	if c.rnd.IntN(4) == 0 {
		a.Mode = event.ModeDryRun
	}
	c.actions = append(c.actions, a)
	c.submit(a)
}

func (c *chaos) revise() {
	if len(c.actions) == 0 {
		return
	}
	a := c.any()
	old := *a
	b := c.revised(a, []float64{0, 0.01, 0.9}[c.rnd.IntN(3)], float64(c.rnd.IntN(25)))
	b.Incident.Settled = true
	if c.rnd.IntN(15) == 0 {
		b.Incident.Status, b.Incident.Resolution = event.IncidentResolved, event.ResolvedRecovered
	}
	c.submit(b)
	if c.rnd.IntN(3) == 0 {
		c.submit(&old) // late, or doubled
	}
}

func (c *chaos) answer() {
	if len(c.pending) == 0 {
		return
	}
	k := c.rnd.IntN(len(c.pending))
	o := c.pending[k].Order
	c.pending = append(c.pending[:k:k], c.pending[k+1:]...)
	effects := []Effect{EffectDone, EffectDone, EffectDone, EffectNone, EffectSuperseded, EffectRefused, EffectFailed, EffectUnknown}
	res := Result{Effect: effects[c.rnd.IntN(len(effects))], At: c.now}
	if res.Effect == EffectDone {
		c.lives++
		u := c.unit(o.Target.Entity.Instance)
		u.Target.Incarnation, u.Started = event.Incarnation(fmt.Sprintf("%d@2", c.lives)), c.now
		res.Now = u.Target
	}
	switch res.Effect {
	case EffectNone, EffectSuperseded, EffectRefused:
		delete(c.executed, o.Key)
	}
	c.do(c.h.Done(o.ActionID, o.Key, res, c.now))
}

// change is something that others do to the world.
func (c *chaos) change() {
	u := &c.env.Units[c.rnd.IntN(len(c.env.Units))]
	switch c.rnd.IntN(7) {
	case 0:
		c.lives++
		u.Target.Incarnation, u.Started = event.Incarnation(fmt.Sprintf("%d@3", c.lives)), c.now
	case 1:
		u.Status, u.Since = event.AgentStopped, c.now
	case 2:
		u.Status, u.Since = event.AgentUnhealthy, c.now
	case 3:
		u.Planned = !u.Planned
	case 4:
		c.env.Killed = map[bool]string{true: "/run/stop"}[c.env.Killed == ""]
	default:
		u.Status, u.Since, u.Planned = event.AgentHealthy, c.now, false
	}
}

// check looks at the work that is new and at every record.
func (c *chaos) check() {
	for _, work := range c.work[c.checked:] {
		c.checkOrders(&work)
	}
	c.checked = len(c.work)
	for _, r := range c.h.Records() {
		checkRecord(c.t, &r)
	}
}

func (c *chaos) checkOrders(work *Work) {
	written := map[string]Record{}
	for _, r := range work.Records {
		if r.State == event.StateExecuting {
			written[r.Action.ID] = r
		}
	}
	for _, o := range work.Orders {
		key := o.Order.Key
		require.False(c.t, c.executed[key], "%s was ordered twice", key)
		c.executed[key] = true
		r, ok := written[o.Order.ActionID]
		require.True(c.t, ok, "an order without its record")
		require.Equal(c.t, event.ModeAct, r.Action.Mode, "an order in a dry run")
		require.NotEmpty(c.t, o.Order.Target.Incarnation)
		if r.step().Approval {
			require.NotEmpty(c.t, r.ApprovedBy)
		}
		require.Empty(c.t, c.env.Killed)
		c.pending = append(c.pending, o)
	}
	for _, o := range work.Outcomes {
		require.NoError(c.t, o.Validate())
	}
}

// checkRecord is what the fields promise in each state.
func checkRecord(t *testing.T, r *Record) {
	t.Helper()
	require.Equal(t, r.State.Ended(), !r.Ended.IsZero())
	require.LessOrEqual(t, len(r.History), maxHistory)
	require.Equal(t, r.State, r.History[len(r.History)-1].To)
	require.Equal(t, r.touched(), !r.Acted.IsZero())
	switch r.State {
	case event.StateExecuting:
		require.Contains(t, r.Keys, r.Key)
		require.Zero(t, r.Effect)
	case event.StateVerifying:
		require.False(t, r.Effect.IsZero() || r.VerifyBy.IsZero())
		require.True(t, r.Untouched || r.touched())
		require.NotEqual(t, r.Reason == ReasonHolding, r.Proven.IsZero())
	case event.StateSucceeded:
		require.True(t, r.touched() && !r.Untouched)
		require.Equal(t, ReasonProven, r.Reason)
	case event.StateRefused, event.StateInconclusive, event.StateEscalated, event.StateFailed, event.StateUnknown:
		require.NotEmpty(t, r.Reason)
	}
}

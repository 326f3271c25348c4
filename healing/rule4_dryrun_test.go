package healing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestDryRunSaysHowToAllowIt(t *testing.T) {
	for verb, past := range map[string]string{
		"restart": "restarted", "rollback": "rolled back", "degrade": "degraded", "drain": "done drain to",
	} {
		w := newWorld(t)
		a := w.action("i1", "payment-2")
		a.Mode, a.Steps[0].Verb = event.ModeDryRun, verb
		w.submit(a)
		w.isStopped(a, event.StateRefused, ReasonDryRun)
		o := w.last()
		assert.False(t, o.Page)
		assert.Equal(t, "would have "+past+" payment-2 (1@1); to allow it: set `mode: act` in policy \"restart\" of the recovery exporter", o.Text)
	}
}

// A dry run claims nothing that the guards would not have let through.
func TestDryRunIsGuardedToo(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Mode = event.ModeDryRun
	w.env.Killed = "/run/stop"
	w.submit(a)
	w.isStopped(a, event.StateRefused, ReasonKillSwitch)
}

func TestDryRunAsksNobodyForApproval(t *testing.T) {
	w := newWorld(t)
	a := w.action("i1", "payment-2")
	a.Mode, a.Steps[0].Approval = event.ModeDryRun, true
	w.submit(a)
	w.isStopped(a, event.StateRefused, ReasonDryRun)
}

// A policy that is withdrawn during a repair ends the ladder at the next rung.
func TestWithdrawnPolicyEndsTheLadder(t *testing.T) {
	w, a := restarted(t)
	a.Mode = event.ModeDryRun
	w.seconds(31, a, 0.9, 20)
	assert.Len(t, w.orders, 1)
	w.ended(a, event.StateRefused, ReasonDryRun, false)
}

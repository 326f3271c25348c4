package supervisor

import (
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
)

// found is what a new supervisor sees of an instance.
type found struct {
	known    bool // there is a readable record
	alive    bool // the process of the record's identity runs
	sameBoot bool // the record is of this boot of the machine
	marked   bool // a process with this instance's token runs
}

// plan is what a new supervisor does with an instance.
type plan string

const (
	planAdopt       plan = "adopt"        // it runs: watch it, touch nothing
	planAdoptMarked plan = "adopt_marked" // it runs, but its PID was never written down
	planRestart     plan = "restart"      // finish the restart that was begun: stop, then start
	planStart       plan = "start"
	planRest        plan = "rest" // it stays down: say so, and wait for an order or a person
)

// decide says how to go on from where the last supervisor was cut off.
func decide(r *unitRecord, f found) plan {
	switch {
	case !f.known && f.marked:
		return planAdoptMarked // the record is lost; the process is not
	case !f.known:
		return planStart
	case r.Phase == phaseStopping && f.alive:
		return planRestart
	case r.Phase == phaseStopping:
		return planStart
	case f.alive:
		return planAdopt
	case f.marked:
		return planAdoptMarked
	case r.Phase == phaseStarting:
		return planStart
	case r.Status == event.AgentStopped:
		return planRest // a person's stop outlasts a reboot
	case !f.sameBoot:
		return planStart
	default:
		return planRest // it crashed: that is for the healer, or for restart_on_exit
	}
}

// judgeExit says what an end that was not ours means.
func judgeExit(e proc.Exit) event.AgentStatus {
	if e.OnPurpose() {
		return event.AgentStopped
	}
	return event.AgentExited
}

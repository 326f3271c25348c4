package supervisor

import (
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
)

// phase is how far a unit's record has got.
type phase string

const (
	phaseStarting phase = "starting" // Token may be running or not
	phaseRunning  phase = "running"  // Identity runs, or has ended unseen
	phaseStopping phase = "stopping" // Identity may have been signalled; a start follows
	phaseEnded    phase = "ended"    // Identity has ended and nothing follows by itself
)

// unitRecord is what is on the disk about one instance.
type unitRecord struct {
	Phase    phase             `json:"phase"`
	Token    string            `json:"token,omitempty"`
	Identity proc.Identity     `json:"identity"` // of the last life whose PID is known
	Release  release           `json:"release"`  // of that life
	Started  time.Time         `json:"started"`
	Status   event.AgentStatus `json:"status,omitempty"` // phaseEnded: exited or stopped
	Reason   string            `json:"reason,omitempty"`
	Since    time.Time         `json:"since"`
	Order    string            `json:"order,omitempty"` // key of the order that this stop or start is for
}

func (r *unitRecord) incarnation() event.Incarnation { return event.Incarnation(r.Identity.String()) }

// release is one version of a program.
type release struct {
	Name string `json:"name,omitempty"`
	Dir  string `json:"dir,omitempty"`
}

// programRecord is what is on the disk about one program.
type programRecord struct {
	Current release   `json:"current"`           // what all instances should run
	Healthy []release `json:"healthy,omitempty"` // those that were, the last one last
	Roll    *roll     `json:"roll,omitempty"`    // the roll-out under way
}

// roll is a change of release that is being carried to all instances.
type roll struct {
	Kind  event.ChangeKind `json:"kind"`
	Order string           `json:"order,omitempty"`
	From  release          `json:"from"`
	To    release          `json:"to"`
	At    time.Time        `json:"at"`
}

const maxHealthy = 16

// wasHealthy notes that the release has been seen healthy.
func (r *programRecord) wasHealthy(rel release) (changed bool) {
	n := len(r.Healthy)
	if rel.Dir == "" || n > 0 && r.Healthy[n-1] == rel {
		return false
	}
	r.forget(rel)
	r.Healthy = append(r.Healthy, rel)
	if n := len(r.Healthy); n > maxHealthy {
		r.Healthy = r.Healthy[n-maxHealthy:]
	}
	return true
}

// forget drops a release that was rolled back: it is nothing to go back to.
func (r *programRecord) forget(rel release) {
	kept := r.Healthy[:0:0]
	for _, h := range r.Healthy {
		if h != rel {
			kept = append(kept, h)
		}
	}
	r.Healthy = kept
}

// previous is the last release other than the current one that was healthy.
func (r *programRecord) previous() (release, bool) {
	for i := len(r.Healthy) - 1; i >= 0; i-- {
		if r.Healthy[i].Dir != r.Current.Dir {
			return r.Healthy[i], true
		}
	}
	return release{}, false
}

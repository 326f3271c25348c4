// Package failpoint names the moments at which a healer must survive being
// killed. In an ordinary build [Hit] does nothing and costs nothing; with the
// build tag failpoint it kills the process with SIGKILL where the environment
// says so, for the tests that judge by what the world looks like afterwards.
package failpoint

// Env names the point at which to die, as name or name:n for its n-th hit.
const Env = "OTELHEAL_FAILPOINT"

// The points, in the order in which one step passes them.
const (
	BeforeJournal = "before_journal" // work is decided, nothing is written
	AfterJournal  = "after_journal"  // written and synced, nothing is done
	BeforeEffect  = "before_effect"  // the executor is about to be called
	AfterEffect   = "after_effect"   // the effect is complete, its result is not written
)

// Points are all of them.
var Points = []string{BeforeJournal, AfterJournal, BeforeEffect, AfterEffect}

// Package fault knows what the demonstration breaks, where, and what a right
// answer to it is. It breaks nothing itself.
package fault

// Kind is one way to break something; its name is what FAULT= takes.
type Kind string

// The faults, in the order in which they are documented.
const (
	Crash      Kind = "crash"
	Hang       Kind = "hang" // accepts, never answers
	Slow       Kind = "slow"
	Errors     Kind = "errors"
	CPU        Kind = "cpu"
	Memory     Kind = "memory"
	Release    Kind = "release"  // a release goes out that does not work
	Bank       Kind = "bank"     // a third party refuses connections
	Load       Kind = "load"     // five times the requests
	Frontend   Kind = "frontend" // one of the first six, in the frontend itself
	Agent      Kind = "agent"    // the node collector is killed under load
	noKind     Kind = ""
	InFrontend      = "frontend" // the role at which requests enter
)

// Kinds are all of them.
var Kinds = []Kind{Crash, Hang, Slow, Errors, CPU, Memory, Release, Bank, Load, Frontend, Agent}

// ofInstance are those that a single process suffers.
var ofInstance = []Kind{Crash, Hang, Slow, Errors, CPU, Memory}

// Find returns the kind of that name.
func Find(name string) (Kind, bool) {
	for _, k := range Kinds {
		if string(k) == name {
			return k, true
		}
	}
	return noKind, false
}

package fault

import "slices"

// Touch says how far a right answer may reach.
type Touch string

const (
	TouchNothing  Touch = "nothing"
	TouchInstance Touch = "instance" // one new start of the broken instance
	TouchService  Touch = "service"  // each instance of the service starts anew
	TouchAgent    Touch = "agent"    // the node collector, and no part of the shop
)

// Answer is what would be right: a root cause, and what to do about it.
type Answer struct {
	Causes []string // kinds of the root cause that are right, as an incident names them
	Verb   string   // of the right action; empty: a person must be called
	Touch  Touch
	OrPage bool // to call a person is as good as to act
}

var answers = map[Kind]Answer{
	Crash:   {Causes: []string{"crash"}, Verb: "restart", Touch: TouchInstance},
	Hang:    {Causes: []string{"hang"}, Verb: "restart", Touch: TouchInstance},
	Slow:    {Causes: []string{"slow"}, Verb: "restart", Touch: TouchInstance},
	Errors:  {Causes: []string{"errors"}, Verb: "restart", Touch: TouchInstance},
	CPU:     {Causes: []string{"cpu"}, Verb: "restart", Touch: TouchInstance},
	Memory:  {Causes: []string{"memory"}, Verb: "restart", Touch: TouchInstance},
	Release: {Causes: []string{"bad_release"}, Verb: "rollback", Touch: TouchService},
	Bank:    {Causes: []string{"dependency"}, Touch: TouchNothing},
	Load:    {Causes: []string{"overload"}, Verb: "degrade", Touch: TouchNothing, OrPage: true},
	// Its supervisor sees an exit, its readers miss it: both are true.
	Agent: {Causes: []string{"lost_agent", "crash"}, Verb: "restart", Touch: TouchAgent},
}

// Answer returns what is right for a case.
func (c Case) Answer() Answer { return answers[c.Kind] }

// Names tells whether kind is a right kind of cause.
func (a Answer) Names(kind string) bool { return slices.Contains(a.Causes, kind) }

package fault

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
	Cause string // kind of the root cause, as an incident names it
	Verb  string // of the right action; empty: a person must be called
	Touch Touch
	// OrPage says that to call a person is as good as to act.
	OrPage bool
}

var answers = map[Kind]Answer{
	Crash:   {Cause: "crash", Verb: "restart", Touch: TouchInstance},
	Hang:    {Cause: "hang", Verb: "restart", Touch: TouchInstance},
	Slow:    {Cause: "slow", Verb: "restart", Touch: TouchInstance},
	Errors:  {Cause: "errors", Verb: "restart", Touch: TouchInstance},
	CPU:     {Cause: "cpu", Verb: "restart", Touch: TouchInstance},
	Memory:  {Cause: "memory", Verb: "restart", Touch: TouchInstance},
	Release: {Cause: "bad_release", Verb: "rollback", Touch: TouchService},
	Bank:    {Cause: "dependency", Touch: TouchNothing},
	Load:    {Cause: "overload", Verb: "degrade", Touch: TouchNothing, OrPage: true},
	Agent:   {Cause: "lost_agent", Verb: "restart", Touch: TouchAgent},
}

// Answer returns what is right for a case.
func (c Case) Answer() Answer { return answers[c.Kind] }

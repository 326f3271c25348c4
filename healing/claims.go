package healing

import "context"

// Claims keeps several healers from doing one step twice (rule 10). A healer
// claims the key of a step right before it hands the order to an executor; who
// does not get it does nothing.
//
// An implementation creates the key if it is absent, in a store that all
// healers share, and holds a lease while it does. The token grows with every
// lease, so that an executor can refuse an order of a healer that was paused
// beyond its own. A store that does not answer is an error: fail closed.
//
// Exactly-once outside of our own process is not to be had, and not claimed.
type Claims interface {
	Claim(ctx context.Context, key string) (token uint64, err error)
}

// Sole is for one healer alone: whoever holds the journal's lock may act.
type Sole struct{}

// Claim implements Claims.
func (Sole) Claim(context.Context, string) (uint64, error) { return 1, nil }

package commandexecutor

import (
	"fmt"

	"github.com/otelheal/otelheal/healing"
)

// Exit codes with a meaning. A command says by them what it knows and this
// package cannot.
const (
	exitDone       = 0
	exitSuperseded = 3 // another incarnation is there: nothing was touched
	exitRefused    = 4 // it will not: nothing was touched
)

// judge says what the end of a command means.
func judge(code int) healing.Result {
	switch code {
	case exitDone:
		return result(healing.EffectDone, "")
	case exitSuperseded:
		return result(healing.EffectSuperseded, "the command found another incarnation")
	case exitRefused:
		return result(healing.EffectRefused, "the command refused")
	default:
		return result(healing.EffectFailed, fmt.Sprintf("exit status %d", code))
	}
}

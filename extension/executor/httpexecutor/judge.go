package httpexecutor

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"

	"github.com/otelheal/otelheal/healing"
)

// judge says what an answer means, and whether asking again could help. Where
// the server may or may not have acted, that is said too.
func judge(status int, expected []int) (effect healing.Effect, detail string, again bool) {
	detail = fmt.Sprintf("the server answered %d", status)
	switch {
	case slices.Contains(expected, status), len(expected) == 0 && status >= 200 && status <= 299:
		return healing.EffectDone, "", false
	case status == http.StatusPreconditionFailed:
		return healing.EffectSuperseded, detail + ": another incarnation is there", false
	case status == http.StatusTooManyRequests:
		return healing.EffectRefused, detail, true
	case status == http.StatusRequestTimeout:
		return healing.EffectUnknown, detail, true
	case status >= 300 && status <= 399:
		return healing.EffectRefused, detail + ": redirects are not followed", false
	case status >= 400 && status <= 499:
		return healing.EffectRefused, detail, false
	case status >= 500:
		return healing.EffectUnknown, detail, true
	default: // a success that is none of the expected ones
		return healing.EffectUnknown, detail, false
	}
}

// judgeError says what a missing answer means: without a connection certainly
// nothing was done.
func judgeError(err error) (effect healing.Effect, detail string, again bool) {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return healing.EffectNone, "no connection: " + op.Err.Error(), true
	}
	return healing.EffectUnknown, "no answer", true
}

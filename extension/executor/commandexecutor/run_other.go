//go:build !unix

package commandexecutor

import (
	"context"
	"errors"

	"github.com/otelheal/otelheal/healing"
)

var errUnsupported = errors.New("the command_executor needs process groups, which this system has not")

func supported() error { return errUnsupported }

func run(context.Context, *VerbConfig, []string) (healing.Result, int64) {
	return result(healing.EffectNone, errUnsupported.Error()), 0
}

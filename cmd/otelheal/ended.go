package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/otelcol"
)

// errUnasked is returned when the collector ended although nobody asked it to.
var errUnasked = errors.New("ended without having been asked to: see the last error in the log")

// newCommand is the collector's command, with an exit code that tells an end by
// itself from one that somebody asked for.
//
// A component with a fatal status, or a broken configuration watch, makes the
// collector shut down in good order and return nil. To whoever supervises the
// process that looks like success, and nobody starts it again. So the signals
// that mean "stop" are taken here and passed on as a cancelled context, which
// the collector answers with the same orderly shutdown; this also counts while
// it is still starting. An end without them is a failure.
func newCommand(set otelcol.CollectorSettings) *cobra.Command {
	set.DisableGracefulShutdown = true // of the collector's own signal handling
	cmd := otelcol.NewCommand(set)
	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		cmd.SetContext(ctx)
		err := inner(cmd, args)
		if err == nil && ctx.Err() == nil {
			return errUnasked
		}
		return err
	}
	return cmd
}

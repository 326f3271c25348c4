package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// errUnasked is returned when the collector ended although nobody asked it to.
var errUnasked = errors.New("ended without having been asked to: see the last error in the log")

// failUnasked makes cmd return an error if it ends by itself.
//
// A component with a fatal status, or a broken configuration watch, makes the
// collector shut down in good order and return nil. To whoever supervises the
// process that looks like success, and nobody starts it again. So the signals
// that mean "stop" are listened to here as well: an end without one, and
// without a cancelled context, is a failure.
func failUnasked(cmd *cobra.Command) {
	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
		err := inner(cmd, args)
		signal.Stop(stop) // waits for deliveries under way, so the channel is final now
		asked := len(stop) > 0 || (cmd.Context() != nil && cmd.Context().Err() != nil)
		if err == nil && !asked {
			return errUnasked
		}
		return err
	}
}

// Command otelheal-tool tries otelheal's parts on files: the detector on a
// user's own metrics, the root cause of a saved incident. It changes nothing.
//
// Each command is a package under internal that makes a cobra.Command; it runs
// the same code with the same constants as the collector's component.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

// version is set by the linker (see the Makefile).
var version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		os.Exit(1) // cobra has printed the error already
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:          "otelheal-tool",
		Short:        "Try otelheal's detector and root-cause analysis on files",
		Version:      version,
		SilenceUsage: true,
	}
	cmd.AddCommand(commands()...)
	return cmd
}

package rules

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// New returns the command.
func New() *cobra.Command {
	var flags *settings.Flags
	cmd := &cobra.Command{
		Use:   "test RULES.yaml…",
		Short: "Run your own cases of what must be found, and what must not",
		Long: `Each case is a series (a CSV file or a list of values), settings of the anomaly
processor, and what is expected: none, or shapes and when. A case fails if something
is missed, and if something is found that is not expected. The exit code is 0 if all
pass, else 1. See examples/detector/rules.yaml and docs/try.md.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := flags.Config()
			if err != nil {
				return err
			}
			return run(cmd.OutOrStdout(), args, config)
		},
	}
	flags = settings.Bind(cmd.Flags())
	return cmd
}

// run prints what came of all cases; its error is the exit code.
func run(out io.Writer, files []string, config *anomalyprocessor.Config) error {
	var all []*rule
	for _, f := range files {
		rules, err := load(f, config)
		if err != nil {
			return err
		}
		all = append(all, rules...)
	}
	failed := 0
	for _, r := range all {
		o := r.run()
		if !o.passed() {
			failed++
		}
		o.print(out)
	}
	fmt.Fprintf(out, "\n%d passed, %d failed\n", len(all)-failed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d cases failed", failed, len(all))
	}
	return nil
}

// timeSince is how long it took to know of an anomaly.
func timeSince(a *scan.Anomaly) time.Duration { return time.Duration(a.Raised - a.Onset) }

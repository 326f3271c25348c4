package rca

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
)

// options of the command.
type options struct {
	nezha    string
	protocol string
	drop     []string
	traces   float64
	json     bool
	verbose  bool
}

// New returns the command.
func New() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "rca",
		Short: "Name root causes in recorded telemetry as the rca connector would",
		Long: `Replays the fault-injection corpus of Nezha (FSE 2023) day by day through the rca
connector: what came before an injection is its baseline, an alert a minute later
says that something is wrong. Prints where the true cause came in each ranking.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.nezha, "nezha", "", "folder of the corpus, with one folder a day")
	f.StringVar(&o.protocol, "protocol", "day", "day: all that came before an injection is its baseline; paper: one normal minute against the second minute after it")
	f.StringSliceVar(&o.drop, "drop", nil, "leave out metrics, logs, or unsampled-logs: those of traces that --traces leaves out")
	f.Float64Var(&o.traces, "traces", 1, "share of traces to keep, by trace ID")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.BoolVar(&o.verbose, "verbose", false, "print the evidence of each case")
	return cmd
}

func (o *options) validate() error {
	var errs []error
	if o.nezha == "" {
		errs = append(errs, errors.New("`--nezha` must name the corpus' folder"))
	}
	if o.protocol != "day" && o.protocol != "paper" {
		errs = append(errs, fmt.Errorf("`--protocol` must be day or paper, found %q", o.protocol))
	}
	for _, d := range o.drop {
		if !slices.Contains([]string{"metrics", "logs", "unsampled-logs"}, d) {
			errs = append(errs, fmt.Errorf("`--drop` may list metrics, logs and unsampled-logs, found %q", d))
		}
	}
	if o.traces <= 0 || o.traces > 1 {
		errs = append(errs, fmt.Errorf("`--traces` must be above 0 and at most 1, found %v", o.traces))
	}
	return errors.Join(errs...)
}

func (o *options) run(ctx context.Context, out io.Writer) error {
	if err := o.validate(); err != nil {
		return err
	}
	r, err := Nezha(ctx, o.nezha, Settings{Paper: o.protocol == "paper", Drop: o.drop, Traces: o.traces})
	if err != nil {
		return err
	}
	if o.json {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	r.print(out, o.verbose)
	return nil
}

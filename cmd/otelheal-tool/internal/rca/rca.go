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
	html     string
	lines    string
}

// New returns the command.
func New() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "rca [FILE...]",
		Short: "Name root causes in recorded telemetry as the rca connector would",
		Long: `Replays what the collector's file exporter wrote (OTLP as JSON, a batch a line: spans,
log records with alerts, states and changes among them, metrics with scores), and says
what caused each incident. Incidents among the log records are what was said at
the time: if a cause differs now, the exit is not zero, so that a recorded incident is a
test of one's own configuration. Recordings should begin some minutes before.

With --nezha: replays the fault-injection corpus of Nezha (FSE 2023) day by day through the rca
connector: what came before an injection is its baseline, an alert a minute later
says that something is wrong. Prints where the true cause came in each ranking.`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) > 0 && o.nezha == "" {
				if err := o.validateFiles(); err != nil {
					return err
				}
				return o.files(cmd.Context(), cmd.OutOrStdout(), files)
			}
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.nezha, "nezha", "", "folder of the corpus, with one folder a day")
	f.StringVar(&o.protocol, "protocol", "day", "day: all that came before an injection is its baseline; paper: one normal minute against the second minute after it")
	f.StringSliceVar(&o.drop, "drop", nil, "leave out metrics, logs, or unsampled-logs: those of traces that --traces leaves out")
	f.Float64Var(&o.traces, "traces", 1, "share of traces to keep, by trace ID")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.StringVar(&o.html, "html", "", "also write a page of the incidents to this file: graph, timeline, evidence")
	f.StringVar(&o.lines, "lines", "10", "of each incident: 1, 10 or all")
	f.BoolVar(&o.verbose, "verbose", false, "print the evidence of each case; with files the same as --lines all")
	return cmd
}

func (o *options) validateFiles() error {
	if !slices.Contains([]string{"1", "10", "all"}, o.lines) {
		return fmt.Errorf("`--lines` must be 1, 10 or all, found %q", o.lines)
	}
	if o.verbose {
		o.lines = "all"
	}
	return nil
}

func (o *options) validate() error {
	var errs []error
	if o.nezha == "" {
		errs = append(errs, errors.New("name files of recorded telemetry, or a corpus' folder with `--nezha`"))
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

// files replays recordings and compares with what was said then.
func (o *options) files(ctx context.Context, out io.Writer, names []string) error {
	list, err := Files(ctx, names)
	if err != nil {
		return err
	}
	differ := 0
	for k := range list {
		if !list[k].Same {
			differ++
		}
	}
	if o.html != "" {
		if err := writePage(o.html, names, list); err != nil {
			return err
		}
	}
	if o.json {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		if list == nil {
			list = []Verdict{}
		}
		if err := e.Encode(list); err != nil {
			return err
		}
	} else {
		for k := range list {
			list[k].tell(out, o.lines)
		}
		if len(list) == 0 {
			fmt.Fprintln(out, "no incident")
		}
	}
	if differ > 0 {
		return fmt.Errorf("%d of %d causes differ from what was said at the time", differ, len(list))
	}
	return nil
}

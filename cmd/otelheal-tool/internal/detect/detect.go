package detect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
)

// options of the command.
type options struct {
	files    []string
	nab      string
	out      string
	kind     scan.Type
	settings *settings.Flags
}

// one series with a value a second is the system that a file is a part of.
const one = 1

// New returns the command.
func New() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "detect FILE… | --nab DATA_DIR",
		Short: "Judge series in files as the anomaly processor would",
		Long: `Reads CSV (timestamp,value) and the JSON that Prometheus answers to a range query.
Writes scores as CSV and a page with chart and anomalies, and prints a summary.

Timestamps are as 2006-01-02 15:04:05 (UTC), RFC 3339, or Unix seconds or milliseconds.
Nothing is looked up ahead: each value is judged by what came before it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "otelheal-detect", "folder to write to")
	f.StringVar(&o.nab, "nab", "", "folder of the Numenta Anomaly Benchmark's data; writes its result files to --out")
	f.Var(&o.kind, "type", "what the values are; auto takes for a counter what never falls in its first 20 values while it rises")
	o.settings = settings.Bind(f)
	return cmd
}

func (o *options) run(ctx context.Context, out io.Writer) error {
	switch {
	case o.nab == "" && len(o.files) == 0:
		return errors.New("name at least one FILE, or `--nab` with a folder")
	case o.nab != "" && len(o.files) > 0:
		return fmt.Errorf("`--nab` and files exclude each other, found both: %s and %d files", o.nab, len(o.files))
	}
	config, err := o.settings.Config()
	if err != nil {
		return err
	}
	if o.nab == "" {
		return o.scanFiles(ctx, out, config)
	}
	start := time.Now()
	files, rows, err := nab(ctx, o.nab, o.out, config.Model.Watch(config.Share(one)), o.kind)
	fmt.Fprintf(out, "%d rows of %d files in %.1f s, written to %s\n", rows, files, time.Since(start).Seconds(), o.out)
	return err
}

package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/settings"
)

// options of the command.
type options struct {
	access    access
	queries   []string
	since     duration
	learn     duration
	step      duration
	until     string
	kind      scan.Type
	maxSeries int
	settings  *settings.Flags
	now       func() time.Time
}

// New returns the command.
func New() *cobra.Command {
	o := options{
		since: duration(7 * 24 * time.Hour),
		learn: duration(24 * time.Hour),
		step:  duration(15 * time.Second),
		now:   time.Now,
	}
	return o.command()
}

func (o *options) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay --prometheus URL --query EXPR [EXPR…]",
		Short: "Say what would have been raised in the past, from a Prometheus",
		Long: `Asks a server with Prometheus' HTTP API (VictoriaMetrics, Thanos, Mimir too) for
the past, judges it as the anomaly processor would, and says what would have been
raised, how often a week, and what would have been done. It only reads.

--step should be the scrape interval. Counters are judged by their increase, so
query them as they are, or by rate(…). With --config the anomaly section and the
recovery policies of a collector's configuration are used.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.queries = append(o.queries, args...)
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.queries, "query", nil, "PromQL expression; may be repeated")
	f.Var(&o.since, "since", "how far back")
	f.Var(&o.learn, "learn", "how much to learn from before that")
	f.Var(&o.step, "step", "time between values")
	f.StringVar(&o.until, "until", "", "end, as RFC 3339 or Unix seconds (default now)")
	f.Var(&o.kind, "type", "what the values are; auto goes by the name, or takes for a counter what only rises at first")
	f.IntVar(&o.maxSeries, "max-series", 10_000, "series judged at most, about 5 kB each")
	o.access.bind(f)
	o.settings = settings.Bind(f)
	return cmd
}

// end is the moment that the replay ends at.
func (o *options) end() (int64, error) {
	if o.until == "" {
		return o.now().UnixNano(), nil
	}
	var t input.Timestamps
	end, ok := t.Parse([]byte(o.until))
	if !ok {
		return 0, fmt.Errorf("`--until` must be as 2006-01-02T15:04:05Z or Unix seconds, found %.40q", o.until)
	}
	return end, nil
}

func (o *options) validate() error {
	var errs []error
	if len(o.queries) == 0 {
		errs = append(errs, errors.New("`--query` must be a PromQL expression, found none"))
	}
	for _, q := range o.queries {
		if q == "" {
			errs = append(errs, errors.New("`--query` must be a PromQL expression, found an empty one"))
		}
	}
	step := time.Duration(o.step)
	if step < time.Millisecond || step%time.Millisecond != 0 {
		errs = append(errs, fmt.Errorf("`--step` must be whole milliseconds, at least 1ms, found %s", step))
	}
	if time.Duration(o.since) < step || o.since <= 0 {
		errs = append(errs, fmt.Errorf("`--since` must be at least `--step` (%s), found %s", step, time.Duration(o.since)))
	}
	if o.learn < 0 {
		errs = append(errs, fmt.Errorf("`--learn` must be at least 0s, found %s", time.Duration(o.learn)))
	}
	if o.maxSeries < 1 || o.maxSeries > 1_000_000 {
		errs = append(errs, fmt.Errorf("`--max-series` must be from 1 to 1000000, found %d", o.maxSeries))
	}
	return errors.Join(errs...)
}

func (o *options) run(ctx context.Context, out io.Writer) error {
	c, errC := o.access.client()
	config, errS := o.settings.Config()
	end, errE := o.end()
	if err := errors.Join(o.validate(), errC, errS, errE); err != nil {
		return err
	}
	defer c.http.CloseIdleConnections()
	s := newSpan(end, time.Duration(o.since+o.learn), time.Duration(o.step))
	since := s.from + (int64(o.learn)+int64(s.step)-1)/int64(s.step)*int64(s.step)
	r := newReplayed(config, o.kind, o.maxSeries, since)
	requests, series, err := s.count(ctx, c, o.queries)
	if err != nil {
		return err
	}
	r.share = config.Share(float64(series) / s.step.Seconds())
	for _, q := range o.queries {
		n, err := s.fetch(ctx, c, q, func(a *input.Answer) error {
			r.take(q, a)
			return nil
		})
		requests += n
		if err != nil {
			return fmt.Errorf("query %.80q: %w", q, err)
		}
	}
	r.finish()
	p := newReport(r, s, time.Duration(o.learn))
	p.requests = requests
	if o.settings.File != "" {
		if p.policies, err = readPolicies(o.settings.File); err != nil {
			return err
		}
		p.asked = true
	}
	p.print(out)
	return nil
}

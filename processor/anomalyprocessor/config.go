package anomalyprocessor

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelheal/otelheal/detector"
)

// Config is what a user may set.
type Config struct {
	// Model holds the settings of all series; overrides change them by metric.
	Model ModelConfig `mapstructure:",squash"`
	// Include and Exclude are patterns of metric names: globs, or regular
	// expressions between slashes. Exclude wins.
	Include   []string         `mapstructure:"include"`
	Exclude   []string         `mapstructure:"exclude"`
	Overrides []OverrideConfig `mapstructure:"overrides"`
	Groups    GroupsConfig     `mapstructure:"groups"`
	// FalseIncidentsPerWeek is what chance may cost the whole system; it is shared
	// out over all values that arrive.
	FalseIncidentsPerWeek float64 `mapstructure:"false_incidents_per_week"`
	// MaxSeries bounds the series held; new ones beyond it are counted and not judged.
	MaxSeries int `mapstructure:"max_series"`
	// IdleTimeout is after how long a silent series is forgotten.
	IdleTimeout time.Duration `mapstructure:"idle_timeout"`
	// Emit says for which series scores are sent.
	Emit EmitMode `mapstructure:"emit"`
	// Storage is the extension that keeps snapshots; none if empty.
	Storage          *component.ID `mapstructure:"storage"`
	SnapshotInterval time.Duration `mapstructure:"snapshot_interval"`
}

// ModelConfig holds the settings of the model.
type ModelConfig struct {
	Threshold    float64         `mapstructure:"threshold"`
	Chance       float64         `mapstructure:"chance"`
	Consecutive  int             `mapstructure:"consecutive"`
	HalfLife     time.Duration   `mapstructure:"half_life"`
	WarmUp       time.Duration   `mapstructure:"warm_up"`
	MinSamples   int             `mapstructure:"min_samples"`
	MinDeviation DeviationConfig `mapstructure:"min_deviation"`
	Direction    Direction       `mapstructure:"direction"`
	Ignore       []string        `mapstructure:"ignore"`
	AdoptAfter   time.Duration   `mapstructure:"adopt_after"`
}

// DeviationConfig is the smallest deviation that counts as one sigma.
type DeviationConfig struct {
	Absolute float64 `mapstructure:"absolute"`
	Relative float64 `mapstructure:"relative"`
}

// OverrideConfig changes settings for some metrics; the first that matches counts.
type OverrideConfig struct {
	Metrics      []string         `mapstructure:"metrics"`
	Threshold    *float64         `mapstructure:"threshold"`
	Chance       *float64         `mapstructure:"chance"`
	Consecutive  *int             `mapstructure:"consecutive"`
	HalfLife     *time.Duration   `mapstructure:"half_life"`
	WarmUp       *time.Duration   `mapstructure:"warm_up"`
	MinSamples   *int             `mapstructure:"min_samples"`
	MinDeviation *DeviationConfig `mapstructure:"min_deviation"`
	Direction    *Direction       `mapstructure:"direction"`
	Ignore       *[]string        `mapstructure:"ignore"`
	AdoptAfter   *time.Duration   `mapstructure:"adopt_after"`
}

// GroupsConfig combines the series of a service into one more score.
type GroupsConfig struct {
	Enabled bool `mapstructure:"enabled"`
}

// EmitMode says for which series scores are sent.
type EmitMode string

const (
	EmitActive      EmitMode = "active"      // anomalous ones, at each point, and the end
	EmitTransitions EmitMode = "transitions" // beginnings and ends only
	EmitAll         EmitMode = "all"         // every series that is judged
)

// Direction says which side of the expected value matters.
type Direction string

const (
	DirectionBoth Direction = "both"
	DirectionUp   Direction = "up"
	DirectionDown Direction = "down"
)

func createDefaultConfig() component.Config {
	return &Config{
		Model: ModelConfig{
			Threshold:    3,
			Consecutive:  2,
			HalfLife:     5 * time.Minute,
			WarmUp:       30 * time.Second,
			MinSamples:   20,
			MinDeviation: DeviationConfig{Relative: 0.1},
			Direction:    DirectionBoth,
			AdoptAfter:   10 * time.Minute,
		},
		Groups: GroupsConfig{Enabled: true},

		FalseIncidentsPerWeek: 1,
		MaxSeries:             100_000,
		IdleTimeout:           30 * time.Minute,
		Emit:                  EmitActive,
		SnapshotInterval:      time.Minute,
	}
}

// Validate reports all that is wrong at once.
func (c *Config) Validate() error {
	errs := []error{c.Model.validate("")}
	errs = append(errs, validatePatterns("include", c.Include), validatePatterns("exclude", c.Exclude))
	for i := range c.Overrides {
		o := &c.Overrides[i]
		at := fmt.Sprintf("overrides::%d::", i)
		if len(o.Metrics) == 0 {
			errs = append(errs, fmt.Errorf("`%smetrics` must name at least one metric, found none; give a glob such as `http.server.*`", at))
		}
		m := o.apply(c.Model)
		errs = append(errs, validatePatterns(at+"metrics", o.Metrics), m.validate(at))
	}
	if c.MaxSeries < 1 || c.MaxSeries > 1<<24 {
		errs = append(errs, fmt.Errorf("`max_series` must be from 1 to %d, found %d; about 500 bytes are held for each", 1<<24, c.MaxSeries))
	}
	if c.IdleTimeout < time.Minute {
		errs = append(errs, fmt.Errorf("`idle_timeout` must be at least 1m, found %s; it must outlast the longest sampling interval", c.IdleTimeout))
	}
	if c.SnapshotInterval < time.Second {
		errs = append(errs, fmt.Errorf("`snapshot_interval` must be at least 1s, found %s; leave out `storage` to write no snapshots", c.SnapshotInterval))
	}
	if !(c.FalseIncidentsPerWeek > 0 && c.FalseIncidentsPerWeek <= 1e6) {
		errs = append(errs, fmt.Errorf("`false_incidents_per_week` must be above 0 and at most 1000000, found %v; 1 is usual", c.FalseIncidentsPerWeek))
	}
	switch c.Emit {
	case EmitActive, EmitTransitions, EmitAll:
	default:
		errs = append(errs, fmt.Errorf("`emit` must be active, transitions or all, found %q", string(c.Emit)))
	}
	return errors.Join(errs...)
}

func (m *ModelConfig) validate(at string) error {
	var errs []error
	bad := func(key, rule string, found any) {
		errs = append(errs, fmt.Errorf("`%s%s` must be %s, found %v", at, key, rule, found))
	}
	if !(m.Threshold > 0 && m.Threshold <= 1000) {
		bad("threshold", "above 0 and at most 1000 deviations; 3 is usual", m.Threshold)
	}
	if !(m.Chance >= 0 && m.Chance <= 0.01) {
		bad("chance", "from 0 (shared out of `false_incidents_per_week`) to 0.01, a probability per value", m.Chance)
	}
	if m.Consecutive < 1 || m.Consecutive > 100 {
		bad("consecutive", "from 1 to 100 samples; 2 is usual", m.Consecutive)
	}
	if m.HalfLife < time.Second {
		bad("half_life", "at least 1s", m.HalfLife)
	}
	if m.WarmUp < 0 || m.WarmUp > m.HalfLife {
		bad("warm_up", fmt.Sprintf("from 0s to `half_life` (%s), or history enough is never there; shorten it or lengthen `half_life`", m.HalfLife), m.WarmUp)
	}
	if m.MinSamples < 2 || m.MinSamples > 60 {
		bad("min_samples", "from 2 to 60, or history enough is never there", m.MinSamples)
	}
	if !(m.MinDeviation.Absolute >= 0 && m.MinDeviation.Absolute < 1e100) {
		bad("min_deviation::absolute", "0 or more, in the unit of the metric", m.MinDeviation.Absolute)
	}
	if !(m.MinDeviation.Relative >= 0 && m.MinDeviation.Relative <= 10) {
		bad("min_deviation::relative", "from 0 to 10, a share of the expected value", m.MinDeviation.Relative)
	}
	switch m.Direction {
	case DirectionBoth, DirectionUp, DirectionDown:
	default:
		bad("direction", "both, up or down", fmt.Sprintf("%q", string(m.Direction)))
	}
	for _, name := range m.Ignore {
		if detector.ChannelNamed(name) == detector.ChannelNone {
			bad("ignore", "a list of distance, rarity, shift, motion, flat and day", fmt.Sprintf("%q", name))
		}
	}
	if m.AdoptAfter < 0 {
		bad("adopt_after", "0s (never) or more", m.AdoptAfter)
	}
	return errors.Join(errs...)
}

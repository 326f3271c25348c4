package rules

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// ruleConfig is a case as a user writes it.
type ruleConfig struct {
	Name     string         `mapstructure:"name"`
	Series   any            `mapstructure:"series"` // a file, or a list of values
	Interval time.Duration  `mapstructure:"interval"`
	Start    any            `mapstructure:"start"`
	Type     scan.Type      `mapstructure:"type"`
	Settings map[string]any `mapstructure:"settings"`
	Expect   any            `mapstructure:"expect"` // none, or a list
}

type expectConfig struct {
	Shape string `mapstructure:"shape"`
	From  any    `mapstructure:"from"`
	To    any    `mapstructure:"to"`
}

// rule is a case, ready to run.
type rule struct {
	name   string
	model  anomalyprocessor.ModelConfig
	share  float64
	kind   scan.Type
	points []input.Point
	notes  []string
	expect []expectation
}

// expectation is something that must be raised.
type expectation struct {
	shape    detector.Shape // ShapeNone: any
	from, to int64
}

// load reads the cases of a file; what is wrong with any is told at once.
func load(path string, base *anomalyprocessor.Config) ([]*rule, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	read, err := confmap.NewRetrievedFromYAML(b)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	raw, err := read.AsRaw()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var file struct {
		Cases []map[string]any `mapstructure:"cases"`
	}
	if err := confmap.NewFromStringMap(map[string]any{"cases": raw}).Unmarshal(&file); err != nil {
		return nil, fmt.Errorf("%s must be a list of cases, each with name, series and expect: %w", path, err)
	}
	if len(file.Cases) == 0 {
		return nil, fmt.Errorf("%s must be a list of cases, found none", path)
	}
	var (
		all  []*rule
		errs []error
	)
	for k, raw := range file.Cases {
		r, err := newRule(raw, filepath.Dir(path), base)
		if err != nil {
			name, _ := raw["name"].(string)
			errs = append(errs, fmt.Errorf("case %d (%.60q): %w", k+1, name, err))
			continue
		}
		all = append(all, r)
	}
	return all, errors.Join(errs...)
}

func newRule(raw map[string]any, dir string, base *anomalyprocessor.Config) (*rule, error) {
	var c ruleConfig
	if err := confmap.NewFromStringMap(raw).Unmarshal(&c); err != nil {
		return nil, err
	}
	r := &rule{name: c.Name, model: base.Model, share: base.Share(1), kind: c.Type}
	if c.Name == "" {
		return nil, errors.New("`name` must say what the case is about, found none")
	}
	if err := confmap.NewFromStringMap(c.Settings).Unmarshal(&r.model); err != nil {
		return nil, fmt.Errorf("`settings`: %w", err)
	}
	check := *base
	check.Model, check.Overrides = r.model, nil
	errs := []error{check.Validate(), r.read(&c, dir)}
	if len(r.points) > 0 {
		errs = append(errs, r.expected(c.Expect))
	}
	return r, errors.Join(errs...)
}

func (r *rule) expected(expect any) error {
	switch e := expect.(type) {
	case string:
		if e == "none" {
			return nil
		}
	case []any:
		for k, raw := range e {
			m, ok := raw.(map[string]any)
			if !ok {
				return fmt.Errorf("`expect::%d` must be such as {shape: drop, from: 10m, to: 15m}, found %.60v", k, raw)
			}
			x, err := r.expectation(m)
			if err != nil {
				return fmt.Errorf("`expect::%d`: %w", k, err)
			}
			r.expect = append(r.expect, x)
		}
		if len(e) > 0 {
			return nil
		}
	}
	return fmt.Errorf("`expect` must be `none` or a list such as [{shape: drop, from: 10m, to: 15m}], found %.60v", expect)
}

func (r *rule) expectation(raw map[string]any) (x expectation, err error) {
	var c expectConfig
	if err := confmap.NewFromStringMap(raw).Unmarshal(&c); err != nil {
		return x, err
	}
	var errs []error
	if c.Shape != "" {
		if x.shape, err = shapeOf(c.Shape); err != nil {
			errs = append(errs, err)
		}
	}
	if x.from, err = r.moment("from", c.From); err != nil {
		errs = append(errs, err)
	}
	if x.to, err = r.moment("to", c.To); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 0 && x.to < x.from {
		errs = append(errs, fmt.Errorf("`to` must not be before `from`, found %v and %v", c.To, c.From))
	}
	return x, errors.Join(errs...)
}

func shapeOf(name string) (detector.Shape, error) {
	var names []string
	for s := detector.ShapeNone + 1; s.String() != "unknown"; s++ {
		if s.String() == name {
			return s, nil
		}
		names = append(names, s.String())
	}
	return 0, fmt.Errorf("`shape` must be one of %s, or be left out, found %.40q", strings.Join(names, ", "), name)
}

// moment is a time, or how long after the first value.
func (r *rule) moment(key string, v any) (int64, error) {
	switch v := v.(type) {
	case time.Time:
		return v.UnixNano(), nil
	case string:
		if d, err := time.ParseDuration(v); err == nil {
			return r.points[0].Time + int64(d), nil
		}
		var t input.Timestamps
		if at, ok := t.Parse([]byte(v)); ok {
			return at, nil
		}
	}
	return 0, fmt.Errorf("`%s` must be a time such as 2006-01-02 15:04:05, or how long after the first value, such as 90m, found %.40v", key, v)
}

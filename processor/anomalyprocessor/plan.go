package anomalyprocessor

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/otelheal/otelheal/detector"
)

// plans says per metric name what to do with it, and remembers.
type plans struct {
	include, exclude []*regexp.Regexp
	rules            []rule // in order; the last one matches everything
	known            map[string]named
	names            []string // by their number; 0 is a name that is not known
	skip             *plan
}

type rule struct {
	metrics []*regexp.Regexp // nil matches everything
	plan    *plan
}

// named is a metric name that was seen, and what to do with it.
type named struct {
	plan   *plan
	number uint32
}

// plan holds the models for the metrics of one rule.
type plan struct {
	skip     bool
	value    detector.EWMA
	quantile detector.EWMA // tails scatter more: twice the relative floor
	models   detector.Models
	errors   bool // the metric's name says that it counts failures
	shared   bool // the chance is its share of the budget
}

// maxKnown bounds the names remembered; others are looked up each time.
const maxKnown = 20_000

func newPlans(c *Config) *plans {
	p := &plans{
		include: compileAll(c.Include),
		exclude: compileAll(c.Exclude),
		known:   map[string]named{},
		names:   []string{""},
		skip:    &plan{skip: true},
	}
	for i := range c.Overrides {
		m := c.Overrides[i].apply(c.Model)
		p.rules = append(p.rules, rule{compileAll(c.Overrides[i].Metrics), newPlan(&m)})
	}
	p.rules = append(p.rules, rule{plan: newPlan(&c.Model)})
	return p
}

func newPlan(m *ModelConfig) *plan {
	p := &plan{value: m.ewma(), shared: m.Chance == 0}
	if p.shared {
		p.value.Chance = strictest
	}
	p.quantile = p.value
	p.quantile.MinRelative *= 2
	p.models = detector.Models{Rate: &p.value, Mean: &p.value, Quantile: &p.quantile}
	return p
}

func (m *ModelConfig) ewma() detector.EWMA {
	var ignore detector.ChannelSet
	for _, name := range m.Ignore {
		ignore = ignore.With(detector.ChannelNamed(name))
	}
	return detector.EWMA{
		Ignore:      ignore,
		Threshold:   m.Threshold,
		Chance:      m.Chance,
		Consecutive: m.Consecutive,
		HalfLife:    m.HalfLife,
		WarmUp:      m.WarmUp,
		MinSamples:  float64(m.MinSamples),
		MinAbsolute: m.MinDeviation.Absolute,
		MinRelative: m.MinDeviation.Relative,
		Direction:   directions[m.Direction],
		AdoptAfter:  m.AdoptAfter,
	}
}

var directions = map[Direction]detector.Direction{
	DirectionBoth: detector.DirectionBoth,
	DirectionUp:   detector.DirectionUp,
	DirectionDown: detector.DirectionDown,
}

// allow sets the chance of all plans that take their share of the budget.
func (p *plans) allow(chance float64) {
	for _, r := range p.rules {
		r.plan.allow(chance)
	}
	for _, known := range p.known {
		known.plan.allow(chance)
	}
}

func (p *plan) allow(chance float64) {
	if p.shared {
		p.value.Chance, p.quantile.Chance = chance, chance
	}
}

// of returns the plan of a metric, and the number of its name.
func (p *plans) of(name string) named {
	if known, ok := p.known[name]; ok {
		return known
	}
	found := named{plan: p.find(name)}
	if len(p.known) < maxKnown {
		name = strings.Clone(name) // not to hold on to the batch
		found.number = uint32(len(p.names))
		p.names = append(p.names, name)
		p.known[name] = found
	}
	return found
}

func (p *plans) find(name string) *plan {
	if matches(p.exclude, name) || (len(p.include) > 0 && !matches(p.include, name)) {
		return p.skip
	}
	for _, r := range p.rules {
		if r.metrics == nil || matches(r.metrics, name) {
			if !detector.NameOfErrors(name) {
				return r.plan
			}
			own := *r.plan
			own.errors = true
			own.models = detector.Models{Rate: &own.value, Mean: &own.value, Quantile: &own.quantile}
			return &own
		}
	}
	return p.skip
}

func matches(patterns []*regexp.Regexp, name string) bool {
	for _, re := range patterns {
		if re.MatchString(name) {
			return true
		}
	}
	return false
}

// compile understands a glob (`*` any run, `?` one character), or a regular
// expression between slashes.
func compile(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		return nil, fmt.Errorf("is empty")
	}
	if inner, ok := strings.CutPrefix(pattern, "/"); ok {
		if inner, ok = strings.CutSuffix(inner, "/"); ok && inner != "" {
			return regexp.Compile(inner)
		}
	}
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.ReplaceAll(strings.ReplaceAll(quoted, `\*`, ".*"), `\?`, ".")
	return regexp.Compile("^(?s:" + quoted + ")$")
}

// compileAll compiles patterns that validation has seen.
func compileAll(patterns []string) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, p := range patterns {
		if re, err := compile(p); err == nil {
			all = append(all, re)
		}
	}
	return all
}

func validatePatterns(key string, patterns []string) error {
	for i, p := range patterns {
		if _, err := compile(p); err != nil {
			return fmt.Errorf("`%s::%d` must be a glob such as `http.*` or a regular expression between slashes, found %q: %w", key, i, p, err)
		}
	}
	return nil
}

// apply returns the settings with those of the override in place.
func (o *OverrideConfig) apply(m ModelConfig) ModelConfig {
	set(&m.Threshold, o.Threshold)
	set(&m.Chance, o.Chance)
	set(&m.Consecutive, o.Consecutive)
	set(&m.HalfLife, o.HalfLife)
	set(&m.WarmUp, o.WarmUp)
	set(&m.MinSamples, o.MinSamples)
	set(&m.MinDeviation, o.MinDeviation)
	set(&m.Direction, o.Direction)
	set(&m.Ignore, o.Ignore)
	set(&m.AdoptAfter, o.AdoptAfter)
	return m
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

package recoveryexporter

import (
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// PolicyConfig is one of policies; the rules are those of healing.Policy.
type PolicyConfig struct {
	Name    string        `mapstructure:"name"`
	Match   MatchConfig   `mapstructure:"match"`
	Mode    event.Mode    `mapstructure:"mode"`
	Steps   []StepConfig  `mapstructure:"steps"`
	Expires time.Duration `mapstructure:"expires"`
}

// MatchConfig is the match of a policy.
type MatchConfig struct {
	Kinds         []event.Kind `mapstructure:"kinds"`
	Services      []string     `mapstructure:"services"`
	Namespaces    []string     `mapstructure:"namespaces"`
	Instances     []string     `mapstructure:"instances"`
	MinConfidence float64      `mapstructure:"min_confidence"`
}

// StepConfig is one step of a policy's ladder.
type StepConfig struct {
	Verb         string            `mapstructure:"verb"`
	Executor     component.ID      `mapstructure:"executor"`
	Params       map[string]string `mapstructure:"params"`
	Timeout      time.Duration     `mapstructure:"timeout"`
	VerifyWithin time.Duration     `mapstructure:"verify_within"`
	Hold         time.Duration     `mapstructure:"hold"`
	Approval     bool              `mapstructure:"approval"`
}

func policies(configs []PolicyConfig) []healing.Policy {
	all := make([]healing.Policy, len(configs))
	for k, c := range configs {
		all[k] = healing.Policy{
			Name:    c.Name,
			Match:   healing.Match(c.Match),
			Mode:    c.Mode,
			Expires: c.Expires,
		}
		for _, s := range c.Steps {
			all[k].Steps = append(all[k].Steps, event.Step{
				Verb:         s.Verb,
				Executor:     s.Executor.String(),
				Params:       s.Params,
				Timeout:      event.Duration(s.Timeout),
				VerifyWithin: event.Duration(s.VerifyWithin),
				Hold:         event.Duration(s.Hold),
				Approval:     s.Approval,
			})
		}
	}
	return all
}

package recoveryexporter

import "github.com/otelheal/otelheal/healing"

// HealingPolicies are the policies as healing takes them. Tools that tell what
// would have been asked plan with these.
func (c *Config) HealingPolicies() []healing.Policy { return policies(c.Policies) }

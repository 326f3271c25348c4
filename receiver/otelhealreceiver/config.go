package otelhealreceiver

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
)

// Config is what a user writes under receivers::otelheal.
type Config struct {
	// Source is the ID of an extension that implements healing.OutcomeSource.
	Source component.ID `mapstructure:"source"`
	// MACKey signs the events for readers in other processes; empty: this
	// process' own key.
	MACKey configopaque.String `mapstructure:"mac_key"`
}

// minMACKey is the shortest key that is not guessed.
const minMACKey = 16

// Validate tells everything that is wrong.
func (c *Config) Validate() error {
	var errs []error
	if c.Source == (component.ID{}) {
		errs = append(errs, errors.New("`source` is missing: name the healer extension, such as `source: healer`"))
	}
	if n := len(c.MACKey); n > 0 && n < minMACKey {
		errs = append(errs, fmt.Errorf("`mac_key` must have at least %d bytes, found %d: make one with `openssl rand -base64 32`", minMACKey, n))
	}
	return errors.Join(errs...)
}

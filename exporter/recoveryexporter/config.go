package recoveryexporter

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelheal/otelheal/healing"
)

// Config is what a user writes under exporters::recovery.
type Config struct {
	Timeout exporterhelper.TimeoutConfig                             `mapstructure:",squash"`
	Queue   configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	Retry   configretry.BackOffConfig                                `mapstructure:"retry_on_failure"`

	// Backend is the ID of an extension that implements healing.Backend.
	Backend component.ID `mapstructure:"backend"`
	// HTTP is a backend elsewhere; either it or Backend is set.
	HTTP configoptional.Optional[HTTPConfig] `mapstructure:"http"`

	Policies  []PolicyConfig `mapstructure:"policies"`
	Unmatched Unmatched      `mapstructure:"unmatched"`

	// MACKey verifies incidents of another process; empty: this process' own key.
	MACKey  configopaque.String `mapstructure:"mac_key"`
	Breaker BreakerConfig       `mapstructure:"circuit_breaker"`
}

// Unmatched says what becomes of an incident that no policy matches.
type Unmatched string

const (
	UnmatchedPage   Unmatched = "page"   // the backend hears of it, does nothing and pages
	UnmatchedIgnore Unmatched = "ignore" // it is counted only
)

// BreakerConfig says when the circuit breaker opens.
type BreakerConfig struct {
	ErrorPercent int           `mapstructure:"error_percent"`
	MinRequests  int           `mapstructure:"min_requests"`
	Window       time.Duration `mapstructure:"window"`
	OpenFor      time.Duration `mapstructure:"open_for"`
}

// minMACKey is the shortest key that is not guessed.
const minMACKey = 16

// Validate tells everything that is wrong.
func (c *Config) Validate() error {
	var errs []error
	set := c.Backend != component.ID{}
	switch {
	case set && c.HTTP.HasValue():
		errs = append(errs, fmt.Errorf("`backend` and `http` exclude each other, found both (backend %q): remove one, "+
			"or add a second exporter such as recovery/2 for the other destination", c.Backend))
	case !set && !c.HTTP.HasValue():
		errs = append(errs, errors.New("`backend` or `http` must be set, found neither: name the healer extension (`backend: healer`) "+
			"or give the address of another backend (`http: {endpoint: https://…}`)"))
	}
	switch c.Unmatched {
	case UnmatchedPage, UnmatchedIgnore:
	default:
		errs = append(errs, fmt.Errorf("`unmatched` must be %s or %s, found %q", UnmatchedPage, UnmatchedIgnore, c.Unmatched))
	}
	if n := len(c.MACKey); n > 0 && n < minMACKey {
		errs = append(errs, fmt.Errorf("`mac_key` must have at least %d bytes, found %d: make one with `openssl rand -base64 32`", minMACKey, n))
	}
	if err := healing.ValidatePolicies(policies(c.Policies)); err != nil {
		errs = append(errs, fmt.Errorf("`policies`: %w", err))
	}
	return errors.Join(errs...)
}

// Validate tells everything that is wrong.
func (c *BreakerConfig) Validate() error {
	var errs []error
	if c.ErrorPercent < 1 || c.ErrorPercent > 100 {
		errs = append(errs, fmt.Errorf("`error_percent` must be from 1 to 100, found %d", c.ErrorPercent))
	}
	if c.MinRequests < 1 {
		errs = append(errs, fmt.Errorf("`min_requests` must be at least 1, found %d", c.MinRequests))
	}
	if c.Window < time.Second {
		errs = append(errs, fmt.Errorf("`window` must be at least 1s, found %s", c.Window))
	}
	if c.OpenFor <= 0 {
		errs = append(errs, fmt.Errorf("`open_for` must be above zero, found %s", c.OpenFor))
	}
	return errors.Join(errs...)
}

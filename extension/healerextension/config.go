package healerextension

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelheal/otelheal/healing"
)

// Config of the healer.
type Config struct {
	Journal JournalConfig `mapstructure:"journal"`

	// Executors that may carry out steps. They are started before the healer.
	Executors []component.ID `mapstructure:"executors"`

	// KillSwitch is a file. While it is there, nothing is acted on.
	KillSwitch string `mapstructure:"kill_switch"`

	Guardrails GuardrailsConfig `mapstructure:"guardrails"`

	// Silences are read from an Alertmanager, so that who is silenced there is
	// left alone here.
	Silences configoptional.Optional[SilencesConfig] `mapstructure:"silences"`

	// HTTP serves the API; without it there is none.
	HTTP configoptional.Optional[HTTPConfig] `mapstructure:"http"`

	// Coordination between several healers.
	Coordination Coordination `mapstructure:"coordination"`
}

// JournalConfig of the healer's own store.
type JournalConfig struct {
	// Path of the file; its directory is made if it is missing.
	Path string `mapstructure:"path"`
	// Keep is how many ended actions are kept.
	Keep int `mapstructure:"keep"`
	// MaxOutbox is how many events wait for the otelheal receiver at most; the
	// oldest go first, and are counted.
	MaxOutbox int `mapstructure:"max_outbox"`
}

// HTTPConfig of the API.
type HTTPConfig struct {
	Server confighttp.ServerConfig `mapstructure:",squash"`
	// SigningSecrets verify actions that come in over HTTP, as Standard
	// Webhooks specify; two while they are rotated. Without any, none is taken.
	SigningSecrets []configopaque.String `mapstructure:"signing_secrets"`
}

// SilencesConfig says where silences are read.
type SilencesConfig struct {
	Client   confighttp.ClientConfig `mapstructure:",squash"`
	Interval time.Duration           `mapstructure:"interval"`
}

// Coordination says how several healers keep from doing one thing twice.
type Coordination string

// CoordinationSingle is one healer, alone: the journal's file lock keeps a
// second one from starting on it.
const CoordinationSingle Coordination = "single"

// GuardrailsConfig is healing.Limits as YAML has it.
type GuardrailsConfig struct {
	Cooldown          time.Duration `mapstructure:"cooldown"`
	CooldownMax       time.Duration `mapstructure:"cooldown_max"`
	CooldownMemory    time.Duration `mapstructure:"cooldown_memory"`
	Budget            int           `mapstructure:"budget"`
	BudgetWindow      time.Duration `mapstructure:"budget_window"`
	Concurrent        int           `mapstructure:"concurrent"`
	ConcurrentPercent float64       `mapstructure:"concurrent_percent"`
	MinHealthy        int           `mapstructure:"min_healthy"`
	Storm             int           `mapstructure:"storm"`
	StormWindow       time.Duration `mapstructure:"storm_window"`
	Flaps             int           `mapstructure:"flaps"`
	FlapWindow        time.Duration `mapstructure:"flap_window"`
	Deny              []string      `mapstructure:"deny"`
}

func (g *GuardrailsConfig) limits() healing.Limits { return healing.Limits(*g) }

// Validate implements xconfmap.Validator.
func (g *GuardrailsConfig) Validate() error {
	l := g.limits()
	return l.Validate()
}

// Validate implements xconfmap.Validator.
func (j *JournalConfig) Validate() error {
	var errs []error
	if j.Path == "" {
		errs = append(errs, errors.New("`path` is missing: the file in which actions are journalled before they are done, such as /var/lib/otelheal/healer.db"))
	} else if !filepath.IsAbs(j.Path) {
		errs = append(errs, fmt.Errorf("`path` must be absolute, found %q", j.Path))
	}
	if j.Keep < 1 {
		errs = append(errs, fmt.Errorf("`keep` must be ≥ 1, found %d: without what was done no guardrail works", j.Keep))
	}
	if j.MaxOutbox < 1 {
		errs = append(errs, fmt.Errorf("`max_outbox` must be ≥ 1, found %d", j.MaxOutbox))
	}
	return errors.Join(errs...)
}

// Validate implements xconfmap.Validator.
func (h *HTTPConfig) Validate() error {
	var errs []error
	if !loopback(h.Server.NetAddr.Endpoint) && !h.Server.Auth.HasValue() {
		errs = append(errs, fmt.Errorf("`endpoint` %q can be reached from other hosts: set `auth`, or listen on 127.0.0.1", h.Server.NetAddr.Endpoint))
	}
	if n := len(h.SigningSecrets); n > 2 {
		errs = append(errs, fmt.Errorf("`signing_secrets` takes at most 2 (the old and the new one), found %d", n))
	}
	for i, s := range h.SigningSecrets {
		if _, err := verifier(s); err != nil {
			errs = append(errs, fmt.Errorf("`signing_secrets[%d]` must be base64 of 24 to 64 bytes, as in whsec_…", i))
		}
	}
	return errors.Join(errs...)
}

// Validate implements xconfmap.Validator.
func (s *SilencesConfig) Validate() error {
	if s.Client.Endpoint == "" {
		return errors.New("`endpoint` is missing: the URL of an Alertmanager")
	}
	if s.Interval <= 0 {
		return fmt.Errorf("`interval` must be above 0s, found %s", s.Interval)
	}
	return nil
}

// Validate implements xconfmap.Validator.
func (c Coordination) Validate() error {
	if c != CoordinationSingle {
		return fmt.Errorf("must be %q, found %q: leases and fencing for several healers in Kubernetes or etcd are not there yet, and without them one failure could be repaired twice", CoordinationSingle, string(c))
	}
	return nil
}

// Validate implements xconfmap.Validator.
func (c *Config) Validate() error {
	var errs []error
	seen := map[component.ID]bool{}
	for _, id := range c.Executors {
		if seen[id] {
			errs = append(errs, fmt.Errorf("`executors` names %q twice", id))
		}
		seen[id] = true
	}
	if c.KillSwitch != "" && !filepath.IsAbs(c.KillSwitch) {
		errs = append(errs, fmt.Errorf("`kill_switch` must be an absolute path, found %q", c.KillSwitch))
	}
	return errors.Join(errs...)
}

// loopback tells whether an endpoint can be reached from this host only.
func loopback(endpoint string) bool {
	host, _, err := net.SplitHostPort(endpoint)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

package alertwebhookreceiver

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/confignet"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
)

// Config is what a user writes under receivers::alert_webhook.
type Config struct {
	Server confighttp.ServerConfig `mapstructure:",squash"`

	// Path that alerts are posted to.
	Path string `mapstructure:"path"`
	// HMAC verifies signatures over the body, as Grafana makes them.
	HMAC configoptional.Optional[HMACConfig] `mapstructure:"hmac"`

	// Target says which labels name what an alert is about.
	Target TargetConfig `mapstructure:"target"`
	// Scope limits what senders may speak of.
	Scope ScopeConfig `mapstructure:"scope"`
	// TestAlerts are names of alerts that try the way and heal nothing.
	TestAlerts []string `mapstructure:"test_alerts"`
	// Mapping reads bodies of other senders.
	Mapping configoptional.Optional[MappingConfig] `mapstructure:"mapping"`

	MaxAlertsPerRequest int           `mapstructure:"max_alerts_per_request"`
	MaxDepth            int           `mapstructure:"max_depth"`
	MaxInFlight         int           `mapstructure:"max_in_flight"`
	MaxKnownAlerts      int           `mapstructure:"max_known_alerts"`
	ResolvedHold        time.Duration `mapstructure:"resolved_hold"`
	Timeout             time.Duration `mapstructure:"timeout"`

	// Storage keeps the alerts that fire, for the next start.
	Storage *component.ID `mapstructure:"storage"`
	// MACKey signs the events for readers in other processes; empty: this
	// process' own key.
	MACKey configopaque.String `mapstructure:"mac_key"`
}

// HMACConfig of signed bodies.
type HMACConfig struct {
	// Secrets that may have signed; two while they are rotated.
	Secrets []configopaque.String `mapstructure:"secrets"`
	Header  string                `mapstructure:"header"`
	// TimestampHeader has the unix time that is signed too; empty: none is.
	TimestampHeader string        `mapstructure:"timestamp_header"`
	MaxAge          time.Duration `mapstructure:"max_age"`
}

// ScopeConfig limits what senders may speak of; an empty list is no limit.
type ScopeConfig struct {
	Services   []string `mapstructure:"services"`
	Namespaces []string `mapstructure:"namespaces"`
}

const (
	minSecret      = 16 // bytes that are not guessed
	defaultMaxBody = 8 << 20
)

func createDefaultConfig() component.Config {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = "127.0.0.1:9095"
	server.MaxRequestBodySize = defaultMaxBody
	server.CompressionAlgorithms = []string{"", "gzip"}
	server.ReadHeaderTimeout = 5 * time.Second
	server.ReadTimeout = 10 * time.Second
	return &Config{
		Server: server,
		Path:   "/v1/alerts",
		HMAC: configoptional.Default(HMACConfig{
			Header: "X-Grafana-Alerting-Signature", MaxAge: 5 * time.Minute,
		}),
		Target:              defaultTarget(),
		TestAlerts:          []string{"TestAlert"},
		Mapping:             configoptional.Default(MappingConfig{}),
		MaxAlertsPerRequest: 5000,
		MaxDepth:            32,
		MaxInFlight:         32,
		MaxKnownAlerts:      10000,
		ResolvedHold:        5 * time.Minute,
		Timeout:             10 * time.Second,
	}
}

// Validate tells everything that is wrong.
func (c *Config) Validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !c.authenticated() && !c.local() {
		add("`endpoint` %q can be reached from other hosts, and whoever reaches it could cause a repair: set `auth`, `hmac` or `tls::client_ca_file`, "+
			"or listen on 127.0.0.1", c.Server.NetAddr.Endpoint)
	}
	if !strings.HasPrefix(c.Path, "/") {
		add("`path` must begin with a slash, found %q", c.Path)
	}
	if c.Server.MaxRequestBodySize < 1 {
		add("`max_request_body_size` must be ≥ 1, found %d: bodies without a limit fill the memory", c.Server.MaxRequestBodySize)
	}
	for _, n := range []struct {
		key         string
		found, most int
	}{
		{"max_alerts_per_request", c.MaxAlertsPerRequest, 100000},
		{"max_depth", c.MaxDepth, 1000},
		{"max_in_flight", c.MaxInFlight, 10000},
		{"max_known_alerts", c.MaxKnownAlerts, 1000000},
	} {
		if n.found < 1 || n.found > n.most {
			add("`%s` must be between 1 and %d, found %d", n.key, n.most, n.found)
		}
	}
	if c.ResolvedHold < 0 {
		add("`resolved_hold` must be ≥ 0s, found %s", c.ResolvedHold)
	}
	if c.Timeout <= 0 {
		add("`timeout` must be above 0s, found %s: a sender would wait for ever", c.Timeout)
	}
	if n := len(c.MACKey); n > 0 && n < minSecret {
		add("`mac_key` must have at least %d bytes, found %d: make one with `openssl rand -base64 32`", minSecret, n)
	}
	return errors.Join(errs...)
}

// Validate tells everything that is wrong.
func (h *HMACConfig) Validate() error {
	var errs []error
	if n := len(h.Secrets); n < 1 || n > 2 {
		errs = append(errs, fmt.Errorf("`secrets` must be one, or two while they are rotated, found %d", n))
	}
	for k, s := range h.Secrets {
		if len(s) < minSecret {
			errs = append(errs, fmt.Errorf("`secrets[%d]` must have at least %d bytes, found %d: make one with `openssl rand -base64 32`", k, minSecret, len(s)))
		}
	}
	if h.Header == "" {
		errs = append(errs, errors.New("`header` is empty: name the one that has the signature, such as X-Grafana-Alerting-Signature"))
	}
	if h.MaxAge <= 0 {
		errs = append(errs, fmt.Errorf("`max_age` must be above 0s, found %s", h.MaxAge))
	}
	return errors.Join(errs...)
}

// authenticated tells whether a sender has to prove who it is.
func (c *Config) authenticated() bool {
	mutual := c.Server.TLS.HasValue() && c.Server.TLS.Get().ClientCAFile != ""
	return c.Server.Auth.HasValue() || c.HMAC.HasValue() || mutual
}

// local tells whether the endpoint can be reached from this host only.
func (c *Config) local() bool {
	if c.Server.NetAddr.Transport == confignet.TransportTypeUnix {
		return true
	}
	host, _, err := net.SplitHostPort(c.Server.NetAddr.Endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

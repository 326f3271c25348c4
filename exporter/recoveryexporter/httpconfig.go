package recoveryexporter

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelheal/otelheal/internal/actionhttp"
)

// HTTPConfig is a backend that is reached over HTTP.
type HTTPConfig struct {
	Client confighttp.ClientConfig `mapstructure:",squash"`
	// SigningSecrets are Standard Webhooks secrets: base64, with or without the
	// prefix whsec_. With two, during a rotation, each message has both signatures.
	SigningSecrets []configopaque.String `mapstructure:"signing_secrets"`
	// Template is the request of a tool that reads no CloudEvents.
	Template configoptional.Optional[TemplateConfig] `mapstructure:"template"`
}

// maxSecrets is the old and the new one of a rotation.
const maxSecrets = 2

// Validate tells everything that is wrong.
func (c *HTTPConfig) Validate() error {
	errs := []error{c.validateEndpoint()}
	if n := len(c.SigningSecrets); n < 1 || n > maxSecrets {
		errs = append(errs, fmt.Errorf("`signing_secrets` must have one secret, or two while they are rotated, found %d: "+
			"make one with `echo whsec_$(openssl rand -base64 32)`", n))
	}
	for k, s := range c.SigningSecrets {
		if _, err := actionhttp.NewSigner(string(s)); err != nil {
			errs = append(errs, fmt.Errorf("`signing_secrets[%d]` %w", k, err))
		}
	}
	return errors.Join(errs...)
}

func (c *HTTPConfig) validateEndpoint() error {
	if c.Client.Endpoint == "" {
		return errors.New("`endpoint` is missing: give the URL that takes actions, such as https://healer.example.com/v1/actions")
	}
	u, err := url.Parse(c.Client.Endpoint)
	switch {
	case err != nil:
		return errors.New("`endpoint` must be a URL, found one that cannot be read") // it may hold a password
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("`endpoint` must be a URL of https or http with a host, found %q", u.Redacted())
	case u.User != nil:
		return errors.New("`endpoint` must have no user and password: set `auth` to an extension such as basicauth")
	case u.Scheme == "http" && !loopback(u.Hostname()) && !c.Client.TLS.Insecure:
		return fmt.Errorf("`endpoint` must be of https unless its host is loopback, found %q: an action tells what is broken and how to "+
			"restart it; if the way there is safe otherwise, set `tls: {insecure: true}`", u.Redacted())
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

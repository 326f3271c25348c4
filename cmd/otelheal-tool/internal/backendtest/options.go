package backendtest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

// Options say what is tried, and how far it may go.
type Options struct {
	Endpoint string      // takes actions
	Secret   string      // of Standard Webhooks
	Header   http.Header // sent with each request, for authentication
	Timeout  time.Duration

	// Act lets one action through in mode act, on Target. Otherwise all are
	// dry runs.
	Act      bool
	Target   event.Target
	Verb     string
	Executor string

	// Effects answers GET with the number of effects so far; empty: none are seen.
	Effects string
	// Settle is how long an effect may take to be seen, and for how long none
	// may be seen where there must be none.
	Settle time.Duration
}

func (o *Options) validate() (*standardwebhooks.Webhook, error) {
	var errs []error
	errs = append(errs, address("URL", o.Endpoint))
	if o.Effects != "" {
		errs = append(errs, address("--effects", o.Effects))
	}
	signer, err := actionhttp.NewSigner(o.Secret)
	if err != nil {
		errs = append(errs, fmt.Errorf("the signing secret %w", err))
	}
	if o.Timeout <= 0 || o.Settle < 0 {
		errs = append(errs, fmt.Errorf("--timeout must be above 0s and --settle at least 0s, found %s and %s", o.Timeout, o.Settle))
	}
	if o.Act {
		if o.Effects == "" {
			errs = append(errs, errors.New("--act needs --effects: only there it can be seen that something was done once"))
		}
		if o.Target.Incarnation == "" {
			errs = append(errs, errors.New("--act needs --service and --incarnation: what is unknown is never acted on"))
		}
	}
	return signer, errors.Join(errs...)
}

// address accepts what the exporter's `endpoint` does.
func address(what, text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return fmt.Errorf("%s must be a URL, found one that cannot be read", what)
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("%s must be a URL of https or http with a host, found %q", what, u.Redacted())
	case u.User != nil:
		return fmt.Errorf("%s must have no user and password: put an Authorization line into a --header-file", what)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("%s must be of https unless its host is loopback, found %q", what, u.Redacted())
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

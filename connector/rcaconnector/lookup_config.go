package rcaconnector

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"go.opentelemetry.io/collector/config/confighttp"
)

// LookupConfig says which Loki has the logs that do not come here.
type LookupConfig struct {
	Client confighttp.ClientConfig `mapstructure:",squash"`

	// Tenant is sent as X-Scope-OrgID. It is never taken from telemetry, or whoever
	// sends that could read somebody else's.
	Tenant string `mapstructure:"tenant"`
	// Selector is the LogQL selector of the streams that are looked through.
	Selector string `mapstructure:"selector"`
	// TraceIDIn says where the trace ID is: in the line, or in structured metadata,
	// where Loki puts it that takes OTLP itself.
	TraceIDIn string `mapstructure:"trace_id_in"`
}

const (
	inLine     = "line"
	inMetadata = "metadata"

	tenantHeader   = "X-Scope-OrgID"
	maxLookupLimit = 30 * time.Second
)

var (
	tenantID = regexp.MustCompile(`^[a-zA-Z0-9!._*'()-]{1,150}$`)
	selector = regexp.MustCompile(`^\{[^{}|]+\}$`)
)

func newDefaultLookupConfig() LookupConfig {
	client := confighttp.NewDefaultClientConfig()
	client.Timeout = 5 * time.Second
	return LookupConfig{Client: client, Selector: `{service_name=~".+"}`, TraceIDIn: inLine}
}

// Validate tells everything that is wrong.
func (c *LookupConfig) Validate() error {
	errs := []error{c.validateEndpoint()}
	if c.Tenant != "" && (!tenantID.MatchString(c.Tenant) || c.Tenant == "." || c.Tenant == "..") {
		errs = append(errs, fmt.Errorf("`tenant` must have 1 to 150 letters, digits or any of !._*'()-, found %q", c.Tenant))
	}
	if _, ok := c.Client.Headers.Get(tenantHeader); ok {
		errs = append(errs, fmt.Errorf("`headers::%s` must not be set: use `tenant`", tenantHeader))
	}
	if !selector.MatchString(c.Selector) {
		errs = append(errs, fmt.Errorf("`selector` must be a LogQL selector in braces and no more, such as {service_name=~\".+\"}, found %q", c.Selector))
	}
	if c.TraceIDIn != inLine && c.TraceIDIn != inMetadata {
		errs = append(errs, fmt.Errorf("`trace_id_in` must be line or metadata, found %q", c.TraceIDIn))
	}
	if c.Client.Timeout <= 0 || c.Client.Timeout > maxLookupLimit {
		errs = append(errs, fmt.Errorf("`timeout` must be above 0 and at most %s, found %s", maxLookupLimit, c.Client.Timeout))
	}
	return errors.Join(errs...)
}

func (c *LookupConfig) validateEndpoint() error {
	u, err := url.Parse(c.Client.Endpoint)
	switch {
	case c.Client.Endpoint == "":
		return errors.New("`endpoint` is missing: give Loki's address, such as http://loki:3100")
	case err != nil:
		return errors.New("`endpoint` must be a URL, found one that cannot be read") // it may hold a password
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("`endpoint` must be a URL of http or https with a host, found %q", u.Redacted())
	case u.User != nil:
		return errors.New("`endpoint` must have no user and password: set `auth` to an extension such as basicauth")
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("`endpoint` must end with a host or a path, found %q", u.Redacted())
	}
	return nil
}

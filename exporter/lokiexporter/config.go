package lokiexporter

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
)

// Config is what a user writes under exporters::loki.
type Config struct {
	Client confighttp.ClientConfig                                  `mapstructure:",squash"`
	Queue  configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	Retry  configretry.BackOffConfig                                `mapstructure:"retry_on_failure"`

	// Tenant is sent as X-Scope-OrgID. It is never taken from telemetry, or
	// whoever sends it could write into somebody else's.
	Tenant string       `mapstructure:"tenant"`
	Labels LabelsConfig `mapstructure:"labels"`
}

// LabelsConfig says what becomes a label; the rest is in the line.
type LabelsConfig struct {
	Resource []string          `mapstructure:"resource"` // attributes of the resource
	Record   []string          `mapstructure:"record"`   // attributes of the log record
	Static   map[string]string `mapstructure:"static"`   // the same for all
}

// Limits of a Loki as it comes, beyond which it refuses a whole stream.
const (
	maxLabels     = 15
	maxLabelValue = 2048      // bytes
	maxLine       = 256 << 10 // bytes
)

var (
	labelName = regexp.MustCompile("^[a-zA-Z_][a-zA-Z0-9_]*$")
	// tenantID is what Loki takes: no path, no list of tenants.
	tenantID = regexp.MustCompile(`^[a-zA-Z0-9!._*'()-]{1,150}$`)
)

// Validate tells everything that is wrong.
func (c *Config) Validate() error {
	errs := []error{c.validateEndpoint()}
	if c.Tenant != "" && (!tenantID.MatchString(c.Tenant) || c.Tenant == "." || c.Tenant == "..") {
		errs = append(errs, fmt.Errorf("`tenant` must have 1 to 150 letters, digits or any of !._*'()-, found %q", c.Tenant))
	}
	if _, ok := c.Client.Headers.Get(tenantHeader); ok {
		errs = append(errs, fmt.Errorf("`headers::%s` must not be set: use `tenant`", tenantHeader))
	}
	return errors.Join(errs...)
}

func (c *Config) validateEndpoint() error {
	u, err := url.Parse(c.Client.Endpoint)
	switch {
	case c.Client.Endpoint == "":
		return errors.New("`endpoint` is missing: give Loki's push address, such as http://loki:3100/loki/api/v1/push")
	case err != nil:
		return errors.New("`endpoint` must be a URL, found one that cannot be read") // it may hold a password
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("`endpoint` must be a URL of http or https with a host, found %q", u.Redacted())
	case u.User != nil:
		return errors.New("`endpoint` must have no user and password: set `auth` to an extension such as basicauth")
	case u.Path == "", u.Path == "/":
		return fmt.Errorf("`endpoint` must have the path of Loki's push address, found %q: add /loki/api/v1/push", u.Redacted())
	}
	return nil
}

// Validate tells everything that is wrong.
func (c *LabelsConfig) Validate() error {
	var errs []error
	from := map[string]string{fallbackLabel: ""}
	add := func(key, name, label string) {
		if other := from[label]; other != "" {
			errs = append(errs, fmt.Errorf("`%s` has %q, which becomes the label %s, as does %q: leave one out", key, name, label, other))
		}
		from[label] = name
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"resource", c.Resource}, {"record", c.Record}} {
		for _, name := range list.names {
			if name == "" {
				errs = append(errs, fmt.Errorf("`%s` has an empty name", list.key))
				continue
			}
			add(list.key, name, labelOf(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Static)) {
		switch value := c.Static[name]; {
		case !labelName.MatchString(name):
			errs = append(errs, fmt.Errorf("`static` has %q, which is no name of a label: letters, digits and _, not beginning with a digit", name))
		case value == "" || len(value) > maxLabelValue:
			errs = append(errs, fmt.Errorf("`static::%s` must have 1 to %d bytes, found %d", name, maxLabelValue, len(value)))
		default:
			add("static", name, name)
		}
	}
	if n := len(from); n > maxLabels {
		errs = append(errs, fmt.Errorf("at most %d labels are allowed, with %s, found %d: each set of values is a stream of its own", maxLabels, fallbackLabel, n))
	}
	return errors.Join(errs...)
}

func createDefaultConfig() component.Config {
	client := confighttp.NewDefaultClientConfig()
	client.Timeout = 10 * time.Second
	queue := exporterhelper.NewDefaultQueueConfig()
	// One after the other, so that the lines of a stream arrive in order.
	queue.NumConsumers = 1
	return &Config{
		Client: client,
		Queue:  configoptional.Some(queue),
		Retry:  configretry.NewDefaultBackOffConfig(),
		Labels: LabelsConfig{Resource: []string{"service.namespace", "service.name", "deployment.environment.name"}},
	}
}

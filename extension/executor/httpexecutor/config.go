package httpexecutor

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelheal/otelheal/extension/executor/internal/owned"
)

// Config is the configuration of the extension.
type Config struct {
	// Client is how requests are made: TLS, authentication, headers, time-out
	// of one request. Its endpoint stays empty; each verb has its URL.
	Client       confighttp.ClientConfig                     `mapstructure:"client"`
	Verbs        []VerbConfig                                `mapstructure:"verbs"`
	Alertmanager configoptional.Optional[AlertmanagerConfig] `mapstructure:"alertmanager"`
}

// VerbConfig is one thing that can be ordered.
type VerbConfig struct {
	Verb    string                         `mapstructure:"verb"`
	URL     string                         `mapstructure:"url"`
	Method  string                         `mapstructure:"method"`
	Headers map[string]configopaque.String `mapstructure:"headers"`
	// Targets are what the verb may touch. Nothing, if it is empty.
	Targets []owned.TargetConfig `mapstructure:"targets"`
	// ExpectedStatus means done. Empty: 200 to 299.
	ExpectedStatus []int `mapstructure:"expected_status"`
	// Idempotent says that the server does an Idempotency-Key once only, so
	// that a request without an answer may be sent again.
	Idempotent bool `mapstructure:"idempotent"`
}

// AlertmanagerConfig is where pages go.
type AlertmanagerConfig struct {
	Endpoint string `mapstructure:"endpoint"` // of its API: …/api/v2/alerts is added
	Severity string `mapstructure:"severity"` // label of every page
	// ResolveAfter is how long Alertmanager keeps a page firing.
	ResolveAfter time.Duration `mapstructure:"resolve_after"`
}

func createDefaultConfig() component.Config {
	client := confighttp.NewDefaultClientConfig()
	client.Timeout = 5 * time.Second
	return &Config{
		Client:       client,
		Alertmanager: configoptional.Default(AlertmanagerConfig{Severity: "critical", ResolveAfter: time.Hour}),
	}
}

// Unmarshal gives every verb of the list its defaults.
func (c *VerbConfig) Unmarshal(conf *confmap.Conf) error {
	c.Method = http.MethodPost
	return conf.Unmarshal(c)
}

// Validate tells everything that is wrong with the configuration.
func (c *Config) Validate() error {
	var errs []error
	if c.Client.Endpoint != "" {
		errs = append(errs, fmt.Errorf("`client::endpoint` must be empty, found %q; each of `verbs` has its `url`", c.Client.Endpoint))
	}
	if c.Client.Timeout <= 0 {
		errs = append(errs, fmt.Errorf("`client::timeout` must be above 0, found %s", c.Client.Timeout))
	}
	if len(c.Verbs) == 0 && !c.Alertmanager.HasValue() {
		errs = append(errs, errors.New("one of `verbs` and `alertmanager` must be set, found none"))
	}
	seen := map[string]bool{}
	for i, v := range c.Verbs {
		if seen[v.Verb] {
			errs = append(errs, fmt.Errorf("`verbs[%d]::verb` must be there once, found %q again; a second http_executor/NAME can have it", i, v.Verb))
		}
		seen[v.Verb] = true
	}
	return errors.Join(errs...)
}

// Validate tells everything that is wrong with the verb.
func (c *VerbConfig) Validate() error {
	var errs []error
	if c.Verb == "" {
		errs = append(errs, errors.New("`verb` must be a word that policies use, found none"))
	}
	errs = append(errs, checkURL("url", c.URL))
	switch c.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		errs = append(errs, fmt.Errorf("`method` must be POST, PUT, PATCH or DELETE, found %q", c.Method))
	}
	for name := range c.Headers {
		switch http.CanonicalHeaderKey(name) {
		case "If-Match", "Idempotency-Key", "Content-Type", "Content-Length", "Host":
			errs = append(errs, fmt.Errorf("`headers` must not hold %s, which is set from the order", name))
		}
		if name == "" || strings.ContainsAny(name, " :\r\n\t") {
			errs = append(errs, fmt.Errorf("`headers` must have header names as keys, found %q", name))
		}
	}
	for _, s := range c.ExpectedStatus {
		if s < 200 || s > 299 {
			errs = append(errs, fmt.Errorf("`expected_status` must be 200 to 299, found %d; other answers say that it was not done", s))
		}
	}
	return errors.Join(errs...)
}

// Validate tells everything that is wrong with the Alertmanager.
func (c *AlertmanagerConfig) Validate() error {
	err := checkURL("endpoint", c.Endpoint)
	if c.ResolveAfter < time.Minute {
		err = errors.Join(err, fmt.Errorf("`resolve_after` must be at least 1m, found %s; a shorter page could be over before it is grouped and sent", c.ResolveAfter))
	}
	return err
}

func checkURL(key, s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("`%s` must be http:// or https:// with a host, found %q", key, s)
	case u.User != nil:
		return fmt.Errorf("`%s` must not hold credentials; use `client::auth` or `headers`", key)
	case strings.ContainsAny(u.Host+u.Path, "{}"):
		return fmt.Errorf("`%s` must be fixed, found %q; what an order is about is in its body", key, s)
	}
	return nil
}

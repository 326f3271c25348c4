package processexecutor

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var (
	name        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	placeholder = regexp.MustCompile(`\{[A-Za-z_.]+\}`)
	variable    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

type faults []error

func (f *faults) addf(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

func (f faults) err() error { return errors.Join(f...) }

// Validate tells everything that is wrong with the configuration.
func (c *Config) Validate() error {
	var f faults
	if !filepath.IsAbs(c.StateDirectory) {
		f.addf("`state_directory` must be an absolute path, found %q; name a directory that survives a reboot and belongs to otelheal alone", c.StateDirectory)
	}
	if len(c.Programs) == 0 {
		f.addf("`programs` must list at least one program, found none")
	}
	services, instances := map[string]bool{}, map[string]bool{}
	for i, p := range c.Programs {
		key := p.Namespace + "/" + p.Service
		if services[key] {
			f.addf("`programs[%d]::service` must be there once, found %q again; give it more `instances` instead", i, key)
		}
		services[key] = true
		for k, in := range p.Instances {
			if instances[in.ID] {
				f.addf("`programs[%d]::instances[%d]::id` must be unique in the extension, found %q again", i, k, in.ID)
			}
			instances[in.ID] = true
		}
	}
	return f.err()
}

// Validate tells everything that is wrong with the program.
func (c *ProgramConfig) Validate() error {
	var f faults
	if !name.MatchString(c.Service) {
		f.addf("`service` must be a name of letters, digits, . _ -, found %q", c.Service)
	}
	if c.Namespace != "" && !name.MatchString(c.Namespace) {
		f.addf("`namespace` must be a name of letters, digits, . _ -, found %q", c.Namespace)
	}
	c.validateCommand(&f)
	f.atLeast("stop_timeout", c.StopTimeout, time.Millisecond)
	f.atLeast("start_timeout", c.StartTimeout, time.Millisecond)
	f.atLeast("backoff::initial", c.Backoff.Initial, time.Millisecond)
	f.atLeast("backoff::max", c.Backoff.Max, c.Backoff.Initial)
	if c.LogMaxMiB < 1 {
		f.addf("`log_max_mib` must be at least 1, found %d", c.LogMaxMiB)
	}
	if len(c.Instances) == 0 {
		f.addf("`instances` must list at least one instance, found none; write `instances: [{id: %s-1}]`", c.Service)
	}
	for _, v := range c.InheritEnvironment {
		f.variable("inherit_environment", v)
	}
	return f.err()
}

func (c *ProgramConfig) validateCommand(f *faults) {
	switch {
	case len(c.Command) == 0 || c.Command[0] == "":
		f.addf("`command` must be a list of the program and its arguments, found none")
	case !filepath.IsAbs(c.Command[0]) && !strings.HasPrefix(c.Command[0], "{release}/"):
		f.addf("`command[0]` must be an absolute path or begin with {release}/, found %q; no PATH is searched", c.Command[0])
	}
	if c.Release != "" && !filepath.IsAbs(c.Release) {
		f.addf("`release` must be the absolute path of a symbolic link, found %q", c.Release)
	}
	if c.WorkingDirectory != "" && !filepath.IsAbs(c.WorkingDirectory) && !strings.HasPrefix(c.WorkingDirectory, "{release}") {
		f.addf("`working_directory` must be an absolute path or begin with {release}, found %q", c.WorkingDirectory)
	}
	for i, a := range c.Command {
		c.placeholders(f, fmt.Sprintf("command[%d]", i), a)
	}
	c.placeholders(f, "working_directory", c.WorkingDirectory)
	for k, v := range c.Environment {
		f.variable("environment", k)
		c.placeholders(f, "environment::"+k, string(v))
	}
	for i, in := range c.Instances {
		for k, v := range in.Environment {
			f.variable(fmt.Sprintf("instances[%d]::environment", i), k)
			c.placeholders(f, fmt.Sprintf("instances[%d]::environment::%s", i, k), string(v))
		}
	}
}

func (c *ProgramConfig) placeholders(f *faults, key, value string) {
	if strings.Contains(value, "\x00") {
		f.addf("`%s` must not hold a zero byte", key)
	}
	for _, p := range placeholder.FindAllString(value, -1) {
		switch p {
		case "{instance}", "{service}", "{namespace}":
		case "{release}":
			if c.Release == "" {
				f.addf("`%s` uses {release}, but `release` is empty; set it to the link to the release's directory", key)
			}
		default:
			f.addf("`%s` has an unknown placeholder %s; known are {release}, {instance}, {service}, {namespace}", key, p)
		}
	}
}

func (f *faults) atLeast(key string, found, least time.Duration) {
	if found < least {
		f.addf("`%s` must be at least %s, found %s", key, least, found)
	}
}

func (f *faults) variable(key, found string) {
	if !variable.MatchString(found) || strings.HasPrefix(found, "OTELHEAL_") {
		f.addf("`%s` must name environment variables of letters, digits and _, not beginning with OTELHEAL_, found %q", key, found)
	}
}

// Validate tells what is wrong with the instance.
func (c *InstanceConfig) Validate() error {
	if !name.MatchString(c.ID) {
		return fmt.Errorf("`id` must be a name of letters, digits, . _ -, as it names files, found %q", c.ID)
	}
	return nil
}

// Validate tells everything that is wrong with the probe.
func (c *ProbeConfig) Validate() error {
	var f faults
	if c.HTTP.HasValue() == c.TCP.HasValue() {
		f.addf("one of `http` and `tcp` must be set; write `http: {url: http://127.0.0.1:8080/healthz}`")
	}
	f.atLeast("interval", c.Interval, 50*time.Millisecond)
	f.atLeast("timeout", c.Timeout, time.Millisecond)
	if c.Failures < 1 {
		f.addf("`failures` must be at least 1, found %d", c.Failures)
	}
	if c.Successes < 1 {
		f.addf("`successes` must be at least 1, found %d", c.Successes)
	}
	return f.err()
}

// Validate tells what is wrong with the URL.
func (c *HTTPProbeConfig) Validate() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return fmt.Errorf("`url` must be http:// or https:// with a host and without credentials, found %q", c.URL)
	}
	return nil
}

// Validate tells what is wrong with the endpoint.
func (c *TCPProbeConfig) Validate() error {
	if host, port, err := net.SplitHostPort(c.Endpoint); err != nil || host == "" || port == "" {
		return fmt.Errorf("`endpoint` must be host:port, found %q", c.Endpoint)
	}
	return nil
}

package commandexecutor

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelheal/otelheal/extension/executor/internal/owned"
)

// Config is the configuration of the extension.
type Config struct {
	Verbs []VerbConfig `mapstructure:"verbs"`
}

// VerbConfig is one thing that can be ordered, and the command that does it.
type VerbConfig struct {
	Verb string `mapstructure:"verb"`
	// Argv is the program and its arguments. The arguments may hold {service},
	// {instance}, {incarnation} and {param.NAME}.
	Argv    []string      `mapstructure:"argv"`
	Timeout time.Duration `mapstructure:"timeout"`
	// Targets are what the verb may touch. Nothing, if it is empty.
	Targets []owned.TargetConfig `mapstructure:"targets"`
	// Environment is all that the command gets.
	Environment      map[string]configopaque.String `mapstructure:"environment"`
	WorkingDirectory string                         `mapstructure:"working_directory"`
}

func createDefaultConfig() component.Config { return &Config{} }

// Unmarshal gives every verb of the list its defaults.
func (c *VerbConfig) Unmarshal(conf *confmap.Conf) error {
	c.Timeout, c.WorkingDirectory = 30*time.Second, "/"
	return conf.Unmarshal(c)
}

// Validate tells everything that is wrong with the configuration.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Verbs) == 0 {
		errs = append(errs, errors.New("`verbs` must list at least one verb, found none"))
	}
	seen := map[string]bool{}
	for i, v := range c.Verbs {
		if seen[v.Verb] {
			errs = append(errs, fmt.Errorf("`verbs[%d]::verb` must be there once, found %q again; a second command_executor/NAME can have it", i, v.Verb))
		}
		seen[v.Verb] = true
	}
	return errors.Join(errs...)
}

// shells take an argument for a program of its own, so no argument of theirs
// may come from an order.
var shells = []string{
	"sh", "bash", "dash", "ash", "zsh", "ksh", "fish", "csh", "tcsh", "busybox", "env", "xargs", "eval", "ssh", "sudo", "su",
	"perl", "ruby", "node", "php", "lua", "awk", "gawk", "mawk", "sed", "find", "nsenter", "chroot",
}

var (
	interpreter = regexp.MustCompile(`^(python|pypy|perl|ruby|node|php|lua|tclsh)[0-9.]*$`)
	variable    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func isShell(path string) bool {
	base := filepath.Base(path)
	return slices.Contains(shells, base) || interpreter.MatchString(base)
}

// Validate tells everything that is wrong with the verb.
func (c *VerbConfig) Validate() error {
	var errs []error
	addf := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Verb == "" {
		addf("`verb` must be a word that policies use, found none")
	}
	if len(c.Argv) == 0 {
		addf("`argv` must be a list of a program and its arguments, found none; write `argv: [/usr/bin/systemctl, restart, payment]`")
	} else {
		c.validateArgv(addf)
	}
	if c.Timeout <= 0 {
		addf("`timeout` must be above 0, found %s", c.Timeout)
	}
	if !filepath.IsAbs(c.WorkingDirectory) {
		addf("`working_directory` must be an absolute path, found %q", c.WorkingDirectory)
	}
	for name, value := range c.Environment {
		if !variable.MatchString(name) {
			addf("`environment` must name variables of letters, digits and _, found %q", name)
		}
		if strings.Contains(string(value), "\x00") {
			addf("`environment::%s` must not hold a zero byte", name)
		}
	}
	return errors.Join(errs...)
}

func (c *VerbConfig) validateArgv(addf func(string, ...any)) {
	if !filepath.IsAbs(c.Argv[0]) {
		addf("`argv[0]` must be an absolute path, found %q; no PATH is searched", c.Argv[0])
	}
	if strings.ContainsAny(c.Argv[0], "{}") {
		addf("`argv[0]` must be fixed, found %q; what an order says may only be an argument", c.Argv[0])
	}
	for i, a := range c.Argv {
		if strings.Contains(a, "\x00") {
			addf("`argv[%d]` must not hold a zero byte", i)
		}
		holders := placeholder.FindAllString(a, -1)
		for _, p := range holders {
			if !known.MatchString(p) {
				addf("`argv[%d]` has an unknown placeholder %s; known are {service}, {instance}, {incarnation}, {param.NAME}", i, p)
			}
		}
		if len(holders) > 0 && isShell(c.Argv[0]) {
			addf("`argv[%d]` must not hold %s, as %s could run it; write a script with a fixed name that takes it as an argument", i, holders[0], c.Argv[0])
		}
	}
}

package processexecutor

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
)

// Config is the configuration of the extension.
type Config struct {
	// StateDirectory holds what must survive: states, orders, logs. Absolute.
	StateDirectory string `mapstructure:"state_directory"`
	// Host is the host.name that units are reported with. Empty: the machine's.
	Host string `mapstructure:"host"`
	// Programs are what is supervised.
	Programs []ProgramConfig `mapstructure:"programs"`
}

// ProgramConfig is one service and how to run it. Command, WorkingDirectory and
// the values of Environment may hold {release}, {instance}, {service} and {namespace}.
type ProgramConfig struct {
	Service            string                         `mapstructure:"service"`
	Namespace          string                         `mapstructure:"namespace"`
	Command            []string                       `mapstructure:"command"`
	Release            string                         `mapstructure:"release"`
	WorkingDirectory   string                         `mapstructure:"working_directory"`
	Environment        map[string]configopaque.String `mapstructure:"environment"`
	InheritEnvironment []string                       `mapstructure:"inherit_environment"`
	StopTimeout        time.Duration                  `mapstructure:"stop_timeout"`
	StartTimeout       time.Duration                  `mapstructure:"start_timeout"`
	RestartOnExit      bool                           `mapstructure:"restart_on_exit"`
	Backoff            BackoffConfig                  `mapstructure:"backoff"`
	OptOut             bool                           `mapstructure:"opt_out"`
	Agent              bool                           `mapstructure:"agent"`
	LogMaxMiB          int                            `mapstructure:"log_max_mib"`
	Instances          []InstanceConfig               `mapstructure:"instances"`
}

// BackoffConfig is the pause before a restart on exit; it doubles from one to the next.
type BackoffConfig struct {
	Initial time.Duration `mapstructure:"initial"`
	Max     time.Duration `mapstructure:"max"`
}

// InstanceConfig is one process of a program.
type InstanceConfig struct {
	ID          string                               `mapstructure:"id"`
	Environment map[string]configopaque.String       `mapstructure:"environment"`
	Probe       configoptional.Optional[ProbeConfig] `mapstructure:"probe"`
}

// ProbeConfig asks a process whether it is well.
type ProbeConfig struct {
	HTTP      configoptional.Optional[HTTPProbeConfig] `mapstructure:"http"`
	TCP       configoptional.Optional[TCPProbeConfig]  `mapstructure:"tcp"`
	Interval  time.Duration                            `mapstructure:"interval"`
	Timeout   time.Duration                            `mapstructure:"timeout"`
	Failures  int                                      `mapstructure:"failures"`
	Successes int                                      `mapstructure:"successes"`
}

// HTTPProbeConfig passes when a GET is answered with a status of 200 to 299.
type HTTPProbeConfig struct {
	URL string `mapstructure:"url"`
}

// TCPProbeConfig passes when a connection is accepted.
type TCPProbeConfig struct {
	Endpoint string `mapstructure:"endpoint"`
}

func newDefaultProgramConfig() ProgramConfig {
	return ProgramConfig{
		InheritEnvironment: []string{"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"},
		StopTimeout:        5 * time.Second,
		StartTimeout:       15 * time.Second,
		Backoff:            BackoffConfig{Initial: time.Second, Max: time.Minute},
		LogMaxMiB:          16,
	}
}

func newDefaultProbeConfig() ProbeConfig {
	return ProbeConfig{Interval: time.Second, Timeout: time.Second, Failures: 3, Successes: 1}
}

// Unmarshal gives every program of the list its defaults.
func (c *ProgramConfig) Unmarshal(conf *confmap.Conf) error {
	*c = newDefaultProgramConfig()
	return conf.Unmarshal(c)
}

// Unmarshal gives the probe its defaults.
func (c *ProbeConfig) Unmarshal(conf *confmap.Conf) error {
	*c = newDefaultProbeConfig()
	return conf.Unmarshal(c)
}

func createDefaultConfig() component.Config { return &Config{} }

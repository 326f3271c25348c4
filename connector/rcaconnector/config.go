package rcaconnector

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelheal/otelheal/rca"
)

// Config of the rca connector.
type Config struct {
	Settle       time.Duration `mapstructure:"settle"`
	EmitInterval time.Duration `mapstructure:"emit_interval"`
	ResolveAfter time.Duration `mapstructure:"resolve_after"`
	SilentAfter  time.Duration `mapstructure:"silent_after"`
	Blip         time.Duration `mapstructure:"blip"`
	Window       time.Duration `mapstructure:"window"`
	Guard        time.Duration `mapstructure:"guard"`
	Learning     time.Duration `mapstructure:"learning"`
	TraceWait    time.Duration `mapstructure:"trace_wait"`
	TraceHold    time.Duration `mapstructure:"trace_hold"`
	ChangeWindow time.Duration `mapstructure:"change_window"`

	MinSamples     int           `mapstructure:"min_samples"`
	MinBaseline    int           `mapstructure:"min_baseline"`
	ErrorIncrease  float64       `mapstructure:"error_increase"`
	LatencyFactor  float64       `mapstructure:"latency_factor"`
	LatencyFloor   time.Duration `mapstructure:"latency_floor"`
	OverloadFactor float64       `mapstructure:"overload_factor"`

	MaxMemoryMiB int `mapstructure:"max_memory_mib"`

	// LogsLookup asks a log store for what traces of open incidents logged and what
	// did not come here.
	LogsLookup configoptional.Optional[LookupConfig] `mapstructure:"logs_lookup"`

	// TrustUnsigned lists kinds of events that count without a valid MAC.
	TrustUnsigned []string `mapstructure:"trust_unsigned"`
	// MACKey verifies events and signs incidents; without one, only those of
	// the same process count.
	MACKey configopaque.String `mapstructure:"mac_key"`
}

// kinds of events that trust_unsigned may list.
var kinds = []string{"alert", "agent.state", "change"}

func createDefaultConfig() component.Config {
	d := rca.DefaultSettings()
	return &Config{
		Settle: d.Settle, EmitInterval: d.EmitInterval, ResolveAfter: d.ResolveAfter, SilentAfter: d.SilentAfter,
		Blip: d.Blip, Window: d.Window, Guard: d.Guard, Learning: d.Learning, TraceWait: d.TraceWait,
		TraceHold: d.TraceHold, ChangeWindow: d.ChangeWindow, MinSamples: d.MinSamples, MinBaseline: d.MinBaseline,
		ErrorIncrease: d.ErrorIncrease, LatencyFactor: d.LatencyFactor, LatencyFloor: d.LatencyFloor,
		OverloadFactor: d.OverloadFactor, MaxMemoryMiB: int(d.MaxBytes >> 20),
		LogsLookup: configoptional.Default(newDefaultLookupConfig()),
	}
}

func (c *Config) settings() rca.Settings {
	return rca.Settings{
		Settle: c.Settle, EmitInterval: c.EmitInterval, ResolveAfter: c.ResolveAfter, SilentAfter: c.SilentAfter,
		Blip: c.Blip, Window: c.Window, Guard: c.Guard, Learning: c.Learning, TraceWait: c.TraceWait,
		TraceHold: c.TraceHold, ChangeWindow: c.ChangeWindow, MinSamples: c.MinSamples, MinBaseline: c.MinBaseline,
		ErrorIncrease: c.ErrorIncrease, LatencyFactor: c.LatencyFactor, LatencyFloor: c.LatencyFloor,
		OverloadFactor: c.OverloadFactor, MaxBytes: int64(c.MaxMemoryMiB) << 20,
	}
}

// Validate tells everything that is wrong with the configuration.
func (c *Config) Validate() error {
	errs := []error{c.settings().Validate()}
	for _, k := range c.TrustUnsigned {
		if !slices.Contains(kinds, k) {
			errs = append(errs, fmt.Errorf("`trust_unsigned` may list alert, agent.state and change, found %q", k))
		}
	}
	return errors.Join(errs...)
}

package rca

import (
	"errors"
	"fmt"
	"time"
)

// Settings tune an Engine. The zero value of a field means its default.
type Settings struct {
	Settle       time.Duration // from the first symptom to the first emission
	EmitInterval time.Duration // between emissions of an open incident when nothing decisive changes
	ResolveAfter time.Duration // all symptoms in band for that long: recovered
	SilentAfter  time.Duration // no samples at all for that long: silent
	Window       time.Duration // of the baseline
	Guard        time.Duration // the newest part of time that is no baseline yet
	Learning     time.Duration // after the first data, until the baseline may be trusted
	Blip         time.Duration // bad samples over less than that do not open an incident
	TraceWait    time.Duration // a trace is complete when no span came for that long
	TraceHold    time.Duration // from its first span until a trace is forgotten
	ChangeWindow time.Duration // a release that long before the onset may be the cause

	MinSamples     int           // requests in the window, to judge them
	MinBaseline    int           // requests in the baseline, to compare with
	ErrorIncrease  float64       // of the error ratio, absolute, to be material
	LatencyFactor  float64       // of the 90th percentile, to be material
	LatencyFloor   time.Duration // and at least that much slower
	OverloadFactor float64       // of the entry's request rate

	MaxBytes int64 // held, as estimated; the oldest traces go first
}

// DefaultSettings are in force unless something else is asked for.
//
// Learning is twice Guard: ten seconds cannot be baseline yet, and ten more make
// a hundred requests at ten a second, enough to tell a tenth failing from none.
func DefaultSettings() Settings {
	return Settings{
		Settle:         time.Second,
		EmitInterval:   10 * time.Second,
		ResolveAfter:   15 * time.Second,
		SilentAfter:    60 * time.Second,
		Window:         10 * time.Minute,
		Guard:          10 * time.Second,
		Learning:       20 * time.Second,
		Blip:           2 * time.Second,
		TraceWait:      time.Second,
		TraceHold:      15 * time.Second,
		ChangeWindow:   30 * time.Second,
		MinSamples:     10,
		MinBaseline:    40,
		ErrorIncrease:  0.05,
		LatencyFactor:  2,
		LatencyFloor:   100 * time.Millisecond, // below it, people do not notice (Nielsen, Usability Engineering, 1993, section 5.5)
		OverloadFactor: 2,
		MaxBytes:       128 << 20,
	}
}

// withDefaults fills in what is zero.
func (s Settings) withDefaults() Settings {
	d := DefaultSettings()
	for _, f := range []struct{ v, d *time.Duration }{
		{&s.Settle, &d.Settle}, {&s.EmitInterval, &d.EmitInterval}, {&s.ResolveAfter, &d.ResolveAfter},
		{&s.SilentAfter, &d.SilentAfter}, {&s.Window, &d.Window}, {&s.Guard, &d.Guard},
		{&s.Learning, &d.Learning}, {&s.Blip, &d.Blip}, {&s.TraceWait, &d.TraceWait},
		{&s.TraceHold, &d.TraceHold}, {&s.ChangeWindow, &d.ChangeWindow}, {&s.LatencyFloor, &d.LatencyFloor},
	} {
		if *f.v == 0 {
			*f.v = *f.d
		}
	}
	for _, f := range []struct{ v, d *float64 }{
		{&s.ErrorIncrease, &d.ErrorIncrease}, {&s.LatencyFactor, &d.LatencyFactor}, {&s.OverloadFactor, &d.OverloadFactor},
	} {
		if *f.v == 0 {
			*f.v = *f.d
		}
	}
	if s.MinSamples == 0 {
		s.MinSamples = d.MinSamples
	}
	if s.MinBaseline == 0 {
		s.MinBaseline = d.MinBaseline
	}
	if s.MaxBytes == 0 {
		s.MaxBytes = d.MaxBytes
	}
	return s
}

// Validate tells everything that is wrong with the settings, by their keys in a
// configuration.
func (s Settings) Validate() error {
	var errs []error
	positive := func(key string, d time.Duration) {
		if d <= 0 {
			errs = append(errs, fmt.Errorf("`%s` must be above 0, found %s", key, d))
		}
	}
	positive("settle", s.Settle)
	positive("emit_interval", s.EmitInterval)
	positive("learning", s.Learning)
	positive("blip", s.Blip)
	positive("latency_floor", s.LatencyFloor)
	if s.ResolveAfter < 5*time.Second {
		errs = append(errs, fmt.Errorf("`resolve_after` must be at least 5s, so that an incident outlives the hold (3s) of a healer's proof, found %s", s.ResolveAfter))
	}
	if s.SilentAfter < s.ResolveAfter {
		errs = append(errs, fmt.Errorf("`silent_after` must be at least `resolve_after` (%s), found %s", s.ResolveAfter, s.SilentAfter))
	}
	if s.Guard < s.Blip+s.Settle {
		errs = append(errs, fmt.Errorf("`guard` must be at least `blip` + `settle` (%s), or faults become baseline, found %s", s.Blip+s.Settle, s.Guard))
	}
	if s.Guard > keepSeconds*time.Second/2 {
		errs = append(errs, fmt.Errorf("`guard` must be at most %ds, found %s", keepSeconds/2, s.Guard))
	}
	if s.Window < time.Minute || s.Window > 24*time.Hour {
		errs = append(errs, fmt.Errorf("`window` must be between 1m and 24h, found %s", s.Window))
	}
	if s.MinSamples < 1 || s.MinBaseline < 1 {
		errs = append(errs, fmt.Errorf("`min_samples` and `min_baseline` must be at least 1, found %d and %d", s.MinSamples, s.MinBaseline))
	}
	if s.ErrorIncrease <= 0 || s.ErrorIncrease > 1 {
		errs = append(errs, fmt.Errorf("`error_increase` is a share above 0 and up to 1, found %v", s.ErrorIncrease))
	}
	if s.LatencyFactor <= 1 || s.OverloadFactor <= 1 {
		errs = append(errs, fmt.Errorf("`latency_factor` and `overload_factor` must be above 1, found %v and %v", s.LatencyFactor, s.OverloadFactor))
	}
	if s.MaxBytes < 1<<20 {
		errs = append(errs, fmt.Errorf("`max_memory_mib` must be at least 1, found %d bytes", s.MaxBytes))
	}
	return errors.Join(errs...)
}

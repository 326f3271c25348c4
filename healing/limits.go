package healing

import (
	"errors"
	"fmt"
	"path"
	"time"
)

// Limits are the guardrails (rule 5). All of them are on by default.
type Limits struct {
	// Cooldown is how long a target rests after an action. Each further action
	// within CooldownMemory doubles it, up to CooldownMax.
	Cooldown       time.Duration
	CooldownMax    time.Duration
	CooldownMemory time.Duration

	// Budget is how many steps may be carried out per BudgetWindow, in all.
	Budget       int
	BudgetWindow time.Duration

	// Concurrent is how many targets may be under repair at once, and
	// ConcurrentPercent of all units, 0 to 100; the smaller of both holds, but
	// one is always allowed.
	Concurrent        int
	ConcurrentPercent float64

	// MinHealthy is how many other instances of a service must be healthy
	// before a healthy-looking one is touched. Where there are fewer others, as
	// many as there are. It never keeps one that is down from being restarted.
	MinHealthy int

	// Storm is how many different targets may ask for repair within
	// StormWindow, those not counted that are well again. More at once is no set
	// of single faults: nothing is touched, a person is paged, and what was asked
	// for is dropped. It ends when no new target asked for StormWindow.
	Storm       int
	StormWindow time.Duration

	// Flaps is how often one target may be acted on within FlapWindow.
	Flaps      int
	FlapWindow time.Duration

	// Deny lists services that are never touched, as patterns of path.Match.
	Deny []string
}

// NewDefaultLimits returns limits for a small fleet: strict enough that a
// mistake stays small, loose enough for a handful of real faults.
func NewDefaultLimits() Limits {
	return Limits{
		Cooldown:          30 * time.Second, // a restart needs about that to show what it did
		CooldownMax:       15 * time.Minute,
		CooldownMemory:    time.Hour,
		Budget:            10,
		BudgetWindow:      10 * time.Minute,
		Concurrent:        3,
		ConcurrentPercent: 25,
		MinHealthy:        1,
		Storm:             5,
		StormWindow:       time.Minute,
		Flaps:             3,
		FlapWindow:        15 * time.Minute,
	}
}

// Validate tells everything that is wrong with the limits, by their names in YAML.
func (l *Limits) Validate() error {
	var errs []error
	positive := func(name string, d time.Duration) {
		if d <= 0 {
			errs = append(errs, fmt.Errorf("`%s` must be above 0s, found %s", name, d))
		}
	}
	positive("cooldown", l.Cooldown)
	positive("cooldown_memory", l.CooldownMemory)
	positive("budget_window", l.BudgetWindow)
	positive("storm_window", l.StormWindow)
	positive("flap_window", l.FlapWindow)
	if l.CooldownMax < l.Cooldown {
		errs = append(errs, fmt.Errorf("`cooldown_max` must be ≥ `cooldown` (%s), found %s", l.Cooldown, l.CooldownMax))
	}
	atLeast := func(name string, n, least int) {
		if n < least {
			errs = append(errs, fmt.Errorf("`%s` must be ≥ %d, found %d", name, least, n))
		}
	}
	atLeast("budget", l.Budget, 0)
	atLeast("concurrent", l.Concurrent, 1)
	atLeast("min_healthy", l.MinHealthy, 0)
	atLeast("storm", l.Storm, 1)
	atLeast("flaps", l.Flaps, 1)
	if l.ConcurrentPercent <= 0 || l.ConcurrentPercent > 100 {
		errs = append(errs, fmt.Errorf("`concurrent_percent` must be above 0 and at most 100, found %g", l.ConcurrentPercent))
	}
	for _, p := range l.Deny {
		if _, err := path.Match(p, ""); err != nil {
			errs = append(errs, fmt.Errorf("`deny`: %q is no pattern: %w", p, err))
		}
	}
	return errors.Join(errs...)
}

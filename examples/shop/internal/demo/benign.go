package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/inject"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
)

// errTouched is returned when otelheal did something that it should not have.
var errTouched = errors.New("otelheal did not leave well alone")

// afterwards is for consequences to show.
const afterwards = 8 * time.Second

// custom is one thing that happens every day and must lead to no action.
type custom struct {
	name string
	play func(ctx context.Context) error
}

func (d *Demo) customs(blip fault.Place) []custom {
	return []custom{
		{"three times the customers", d.rush},
		{"nobody comes, then all come back", d.night},
		{"a release that works goes out", func(ctx context.Context) error { return d.roll(ctx, blip.Service, stage.Good) }},
		{"otelheal restarts", d.restart},
		{"otelheal restarts again", d.restart},
		{"three bad seconds that pass", func(ctx context.Context) error { return d.blip(ctx, blip) }},
		{"every instance is replaced", func(ctx context.Context) error { return d.rollAll(ctx, stage.Good) }},
		{"every instance is replaced again", func(ctx context.Context) error { return d.rollAll(ctx, stage.Next) }},
	}
}

// Benign plays what must lead to no action, and at most to one incident.
func (d *Demo) Benign(ctx context.Context, blip fault.Place) error {
	d.say("\n%-36s %8s %9s %8s %8s", "what happens", "took", "incidents", "actions", "served")
	began := time.Now()
	for _, c := range d.customs(blip) {
		from := time.Now()
		if err := c.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := d.pass(ctx, afterwards); err != nil {
			return err
		}
		if err := d.settle(ctx, time.Now()); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		served := d.watch.Witness.Since(from)
		d.say("%-36s %6.1f s %9d %8d %7.2f%%", c.name, time.Since(from).Seconds(),
			len(d.watch.Events.OpenedSince(from)), d.executedSince(from), 100*served.Ratio())
	}
	for _, i := range d.watch.Events.OpenedSince(began) {
		d.say("  incident %s: %s", i.ID, i.Summary)
	}
	for _, o := range d.watch.Events.OutcomesSince(began) {
		d.say("  %s %s of %s: %s (%s)", o.State, o.Step, o.Target.Entity, o.Text, o.Reason)
	}
	// Each instance was replaced twice, and nobody else may have started one.
	if starts, want := len(d.watch.Ledger.Starts(began)), 2*len(d.stage.Places()); starts != want {
		return fmt.Errorf("%w: %d processes started, where %d were replaced", errTouched, starts, want)
	}
	incidents, actions := len(d.watch.Events.OpenedSince(began)), d.executedSince(began)
	if actions > 0 || incidents > 1 {
		return fmt.Errorf("%w: %d actions and %d incidents, where none and at most one were right", errTouched, actions, incidents)
	}
	d.say("\nno action and %d incidents, as it should be", incidents)
	return nil
}

// executedSince counts the orders that were given.
func (d *Demo) executedSince(from time.Time) int {
	n := 0
	for _, o := range d.watch.Events.OutcomesSince(from) {
		if o.State == "executing" && o.Mode != "dry_run" {
			n++
		}
	}
	return n
}

// pass lets time go by while customers come.
func (d *Demo) pass(ctx context.Context, length time.Duration) error {
	until := time.Now().Add(length)
	return d.await(ctx, length+time.Minute, "time to pass", func() bool { return time.Now().After(until) })
}

func (d *Demo) rush(ctx context.Context) error { return d.rate(ctx, 3, 20*time.Second) }

func (d *Demo) night(ctx context.Context) error { return d.rate(ctx, 0, 12*time.Second) }

func (d *Demo) rate(ctx context.Context, factor float64, length time.Duration) error {
	if err := inject.Rate(ctx, d.stage.Topology.LoadControl, factor); err != nil {
		return err
	}
	if err := d.pass(ctx, length); err != nil {
		return err
	}
	return inject.Rate(ctx, d.stage.Topology.LoadControl, 1)
}

// restart restarts otelheal, while what it supervises serves on.
func (d *Demo) restart(ctx context.Context) error {
	stopped := time.Now()
	d.cast.StopOtelheal()
	if err := d.cast.StartOtelheal(); err != nil {
		return err
	}
	err := d.await(ctx, 30*time.Second, "every program to be reported again", func() bool {
		for _, i := range d.everyone() {
			if s, ok := d.watch.Events.State(i, time.Now()); !ok || s.At.Before(stopped) {
				return false
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	if started := d.watch.Ledger.Starts(stopped); len(started) > 0 {
		return fmt.Errorf("%w: %s was started when otelheal was", errTouched, started[0].Instance)
	}
	return nil
}

// blip is a fault that is gone before anybody should do something about it.
func (d *Demo) blip(ctx context.Context, p fault.Place) error {
	socket := d.stage.Topology.ControlSocket(p.Instance)
	if err := inject.Fault(ctx, socket, string(fault.Errors)); err != nil {
		return err
	}
	if err := d.pass(ctx, 3*time.Second); err != nil {
		return err
	}
	return inject.Fault(ctx, socket, "none")
}

// roll brings a service to another release and waits until each instance runs it.
func (d *Demo) roll(ctx context.Context, service, version string) error {
	if err := inject.Flip(d.stage.Link(service), d.stage.Release(service, version)); err != nil {
		return err
	}
	return d.await(ctx, time.Minute, service+" to run "+version, func() bool {
		for _, p := range d.stage.Places() {
			if p.Service != service {
				continue
			}
			if e, ok := d.watch.Ledger.Incarnation(p.Instance, time.Now()); !ok || e.Version != version {
				return false
			}
		}
		return true
	})
}

// rollAll replaces every instance, service by service. The first custom left one
// service at stage.Good already, where nothing happens.
func (d *Demo) rollAll(ctx context.Context, version string) error {
	for _, s := range d.stage.Topology.Services {
		if err := d.roll(ctx, s.Name, version); err != nil {
			return err
		}
		if err := d.await(ctx, time.Minute, s.Name+" to be healthy", d.healthy); err != nil {
			return err
		}
	}
	return nil
}

package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// Demo is one run.
type Demo struct {
	out     io.Writer
	stage   *stage.Stage
	cast    *Cast
	watch   *Watch
	limits  witness.Limits
	status  status
	records int // how many numbered records were acknowledged
}

// New returns a demonstration on the stage.
func New(out io.Writer, s *stage.Stage, rps float64) *Demo {
	return &Demo{out: out, stage: s, cast: &Cast{stage: s, rps: rps}, watch: NewWatch(s), status: newStatus(out),
		limits: witness.Limits{Ratio: 0.99, P95: 1000}}
}

// Leave ends everything that was started.
func (d *Demo) Leave() error { return d.cast.Leave() }

func (d *Demo) await(ctx context.Context, limit time.Duration, what string, until func() bool) error {
	return d.watch.await(ctx, limit, what, d.cast.Check, until)
}

// How long the shop is watched before anything is broken.
const (
	wellFor  = 5  // seconds in a row
	learnFor = 40 // seconds in all: a metric is judged from its thirtieth on
)

// Open starts everything and waits until the shop is well and known.
func (d *Demo) Open(ctx context.Context) error {
	if err := d.cast.StartBank(); err != nil {
		return err
	}
	if err := d.cast.StartOtelheal(); err != nil {
		return err
	}
	d.say("starting   otelheal, which starts %d programs", len(d.stage.Places())+1)
	if err := d.await(ctx, time.Minute, "every program to be healthy", d.healthy); err != nil {
		return fmt.Errorf("%w; not yet: %v", err, d.unhealthy())
	}
	if err := d.cast.StartLoad(); err != nil {
		return err
	}
	d.say("learning   %d s of customers, so that it knows what is normal", learnFor)
	err := d.await(ctx, 2*time.Minute, "a shop that is well", func() bool {
		return len(d.watch.Witness) >= learnFor && d.limits.Well(d.watch.Witness, wellFor) && d.quiet()
	})
	if err != nil {
		return fmt.Errorf("%w; the witness's last seconds: %+v", err, d.watch.Witness.Since(time.Now().Add(-4*time.Second)))
	}
	seen := d.watch.Witness
	d.limits = witness.Learn(seen[max(0, len(seen)-learnFor+8):]) // the first seconds are of a cold shop
	return nil
}

// healthy tells whether every program runs and its probe passes.
func (d *Demo) healthy() bool { return len(d.unhealthy()) == 0 }

func (d *Demo) unhealthy() []string {
	var missing []string
	for _, i := range d.everyone() {
		if s, ok := d.watch.Events.State(i, time.Now()); !ok || s.Status != "healthy" {
			missing = append(missing, i)
		}
	}
	return missing
}

// everyone is each instance that otelheal supervises.
func (d *Demo) everyone() []string {
	instances := []string{stage.AgentInstance}
	for _, p := range d.stage.Places() {
		instances = append(instances, p.Instance)
	}
	return instances
}

// quiet tells whether no incident is open and no action under way.
func (d *Demo) quiet() bool { return len(d.watch.Events.Open()) == 0 && !d.watch.Events.Busy() }

// shop is what the judge must know.
func (d *Demo) shop() judge.Shop {
	return judge.Shop{
		Instances: d.stage.Instances(),
		Agent:     stage.AgentInstance,
		Bank:      []string{"bank", d.stage.Topology.Bank},
		Limits:    d.limits,
	}
}

func (d *Demo) say(format string, args ...any) {
	d.status.clear()
	fmt.Fprintf(d.out, format+"\n", args...)
}

// name is how a case is announced.
func name(c fault.Case) string {
	if c.Role == fault.InFrontend {
		return string(c.Kind) + " in the frontend"
	}
	return string(c.Kind)
}

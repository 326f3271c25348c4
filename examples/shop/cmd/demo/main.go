// Command demo breaks a running shop and shows whether otelheal heals it.
//
//	demo --otelheal bin/otelheal --shop bin/shop --out demo-out
//
// It exits with 1 if anything was not answered rightly, and says what. However
// it ends, it leaves no process behind.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/otelheal/otelheal/examples/shop/internal/demo"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	o, err := parse(os.Args[1:], os.Getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err == nil:
		err = run(ctx, o)
	}
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Println("\nstopped; no process is left")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := filepath.Abs(filepath.Join(o.out, "run"))
	if err != nil {
		return err
	}
	for _, bin := range []*string{&o.otelheal, &o.shop} {
		if *bin, err = filepath.Abs(*bin); err != nil {
			return err
		}
		if err := stage.Check(*bin, "build it with `make demo`"); err != nil {
			return err
		}
	}
	if err := demo.Sweep(dir); err != nil { // of a run that was itself killed
		return err
	}
	names, err := o.names()
	if err != nil {
		return err
	}
	s, err := stage.Build(stage.Settings{Dir: dir, Otelheal: o.otelheal, Shop: o.shop, Ports: o.ports, Names: names})
	if err != nil {
		return err
	}
	d := demo.New(os.Stdout, s, o.rps)
	defer func() {
		if left := d.Leave(); left != nil {
			err = fmt.Errorf("%w (it ended because: %v)", left, err)
		}
	}()
	return play(ctx, o, s, d)
}

func play(ctx context.Context, o options, s *stage.Stage, d *demo.Demo) error {
	fmt.Printf("seed       %d (the same seed breaks the same things in the same order)\n", o.seed)
	fmt.Printf("directory  %s\n", s.Dir)
	drawing := fault.NewDrawing(o.seed, s.Places())
	if err := d.Open(ctx); err != nil {
		return err
	}
	if o.benign {
		blip := drawing.Draw([]fault.Kind{fault.Errors}, false)[0].Place
		return errors.Join(d.Benign(ctx, blip), keep(ctx, o, s))
	}
	wrong, err := d.Run(ctx, drawing.Draw(o.plan.Kinds, o.plan.Shuffle), filepath.Join(o.out, "incident.html"))
	if err == nil {
		err = keep(ctx, o, s)
	}
	if err == nil && wrong > 0 {
		err = fmt.Errorf("%d of %d faults were not answered rightly, see ✗ above", wrong, len(o.plan.Kinds))
	}
	return err
}

// keep leaves everything running until somebody ends it.
func keep(ctx context.Context, o options, s *stage.Stage) error {
	if !o.keep {
		return nil
	}
	fmt.Printf(`
everything runs on until Ctrl-C:
  the shop      http://%s/catalogue?user=you&currency=EUR
  incidents     http://%s/v1/incidents
  actions       http://%s/v1/actions
  own metrics   http://%s/metrics
  logs          %s
`, s.Frontend(), s.API(), s.API(), s.Metrics(), s.Path("log"))
	<-ctx.Done()
	return nil
}

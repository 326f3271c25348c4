package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/courier"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/inject"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
)

// crowd is how many times the usual customers come in case of fault.Load.
const crowd = 5

// breakIt puts the fault of a case into the shop.
func (d *Demo) breakIt(ctx context.Context, c fault.Case) error {
	t := d.stage.Topology
	switch c.Kind {
	case fault.Bank:
		return inject.Fault(ctx, t.ControlSocket("bank"), "refuse")
	case fault.Load:
		return inject.Rate(ctx, t.LoadControl, crowd)
	case fault.Release:
		return inject.Flip(d.stage.Link(c.Service), d.stage.Release(c.Service, stage.Bad))
	case fault.Agent:
		return d.killAgent()
	default:
		err := inject.Fault(ctx, t.ControlSocket(c.Instance), string(c.Kind))
		if c.Kind == fault.Crash {
			return nil // there is nobody left to answer
		}
		return err
	}
}

// mend takes back by hand what no action may or did mend.
func (d *Demo) mend(ctx context.Context, c fault.Case) error {
	t := d.stage.Topology
	switch c.Kind {
	case fault.Bank:
		return inject.Fault(ctx, t.ControlSocket("bank"), "none")
	case fault.Load:
		if err := inject.Rate(ctx, t.LoadControl, 1); err != nil {
			return err
		}
		return inject.Degrade(ctx, d.stage.Frontend(), 0)
	case fault.Release:
		if to, err := os.Readlink(d.stage.Link(c.Service)); err != nil || filepath.Base(to) != stage.Bad {
			return err // it was rolled back
		}
		return inject.Flip(d.stage.Link(c.Service), d.stage.Release(c.Service, stage.First))
	case fault.Agent, fault.Crash:
		return nil
	default: // a new process knows nothing of the fault; an old one forgets it
		return inject.Fault(ctx, t.ControlSocket(c.Instance), "none")
	}
}

// killAgent kills the node collector as nobody can prepare for, while the
// courier hands it records.
func (d *Demo) killAgent() error {
	state, ok := d.watch.Events.State(stage.AgentInstance, time.Now())
	if !ok || state.Target().PID() == 0 {
		return fmt.Errorf("no state of %s was reported, so its process is unknown", stage.AgentInstance)
	}
	return syscall.Kill(state.Target().PID(), syscall.SIGKILL)
}

// courierEvery is how often a numbered record is sent around a kill.
const courierEvery = 20 * time.Millisecond

// sendRecords hands records to the node collector while its case lasts. What it
// returns says which of those that were acknowledged are lost.
func (d *Demo) sendRecords(ctx context.Context, c fault.Case) (lost func() ([]int, error), err error) {
	if c.Kind != fault.Agent {
		return func() ([]int, error) { return nil, nil }, nil
	}
	sent := courier.Send("http://"+d.stage.AgentOTLP(), courierEvery)
	err = d.await(ctx, 20*time.Second, "the node collector to take records", func() bool { return len(sent.Acked()) > 50 })
	if err != nil {
		sent.Stop()
		return nil, err
	}
	return func() ([]int, error) {
		acked := sent.Stop()
		arrivals := courier.NewArrivals(d.stage.Path("logs.jsonl"))
		var missing []int
		var broken error
		err := d.await(ctx, 30*time.Second, "the last acknowledged records", func() bool {
			missing, broken = arrivals.Missing(acked)
			return broken != nil || len(missing) == 0
		})
		if err != nil && ctx.Err() == nil {
			err = nil // what is missing says it
		}
		d.records = len(acked)
		if broken != nil {
			return missing, broken
		}
		return missing, err
	}, nil
}

// Package process puts one process of the shop together, runs it, and ends it.
//
// The order of its life: ledger, telemetry, database, control socket, port; then requests; and on SIGTERM the port first,
// so that nobody is let down, telemetry last, so that the end is still seen. That takes less than two seconds even if
// requests hang and the receiver of telemetry is away.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/control"
	"github.com/otelheal/otelheal/examples/shop/internal/ledger"
	"github.com/otelheal/otelheal/examples/shop/internal/money"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/store"
	"github.com/otelheal/otelheal/examples/shop/internal/telemetry"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
	"github.com/otelheal/otelheal/examples/shop/release"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const (
	drainTime = 700 * time.Millisecond
	flushTime = 900 * time.Millisecond
)

// Options say which process this is.
type Options struct {
	Topology *topology.Topology
	Role     topology.Role
	Instance string
	Release  release.Release
}

// Run is the process until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	// One processor each: what a process can do does not depend on the machine, and its neighbours keep the others.
	runtime.GOMAXPROCS(1)

	s, in, ok := o.Topology.Instance(o.Role, o.Instance)
	if !ok {
		return fmt.Errorf("the topology has no instance %q of role %q", o.Instance, o.Role)
	}
	w, ok := works[o.Role]
	if !ok {
		return fmt.Errorf("role must be one of %v, found %q", topology.Roles(), o.Role)
	}
	entry := ledger.Entry{Instance: in.ID, Service: s.Name, Version: o.Release.Version, Event: ledger.EventStart}
	if err := ledger.Append(o.Topology.Ledger, entry); err != nil {
		return err
	}
	end := &ending{}
	defer func() { err = errors.Join(err, end.run()) }()
	end.add(func() error {
		entry.Event = ledger.EventEnd
		return ledger.Append(o.Topology.Ledger, entry)
	})

	tel, err := telemetry.Start(ctx, telemetry.Options{
		Endpoint: o.Topology.OTLP, Service: s.Name, Namespace: o.Topology.Namespace,
		Instance: in.ID, Version: o.Release.Version,
	})
	if err != nil {
		return err
	}
	end.add(func() error {
		flush, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		// A receiver that is away is no reason to end badly.
		if err := tel.Stop(flush); err != nil {
			fmt.Fprintln(os.Stderr, "telemetry:", err)
		}
		return nil
	})

	st := station.New(w.station)
	if err := observe(st); err != nil {
		return err
	}
	parts := service.Parts{
		App:      web.NewApp(st, tel.Log),
		Station:  st,
		Table:    money.NewTable(o.Release.Settings.Currencies),
		PageSize: o.Release.Settings.PageSize,
		Log:      tel.Log,
		Peers:    peersOf(o.Topology, w.callTimeout),
		Bank:     bankOf(o.Topology, w.callTimeout),
	}
	if w.collection != "" {
		if err := os.MkdirAll(o.Topology.DataDir, 0o700); err != nil {
			return err
		}
		if parts.Store, err = store.Open(o.Topology.DataDir, in.ID, w.collection); err != nil {
			return err
		}
		end.add(parts.Store.Close)
	}
	w.register(parts)

	behaviour := &control.Process{Station: st, Table: parts.Table}
	stopControl, err := control.ServeProcess(o.Topology.ControlSocket(in.ID), behaviour)
	if err != nil {
		return err
	}
	server, err := web.Listen(in.Addr, parts.App)
	if err != nil {
		stopControl()
		return err
	}
	end.add(func() error {
		drain, cancel := context.WithTimeout(context.Background(), drainTime)
		defer cancel()
		server.Stop(drain)
		stopControl()
		behaviour.Stop()
		return nil
	})
	tel.Log.InfoContext(ctx, "ready")
	<-ctx.Done()
	tel.Log.InfoContext(context.Background(), "stopping")
	return nil
}

// ending is what has to be done at the end, the last first.
type ending struct {
	steps []func() error
}

func (e *ending) add(step func() error) { e.steps = append(e.steps, step) }

func (e *ending) run() error {
	var errs []error
	for i := len(e.steps) - 1; i >= 0; i-- {
		errs = append(errs, e.steps[i]())
	}
	return errors.Join(errs...)
}

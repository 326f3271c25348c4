// Command shop is a small web shop made of separate processes, its bank, and its customers.
//
//	shop serve --topology FILE --role ROLE --instance ID [--release DIR]   one process of a service
//	shop bank  --topology FILE                                             the payment provider, somebody else's
//	shop load  --topology FILE --out FILE.jsonl [--rps N]                  the customers, and the witness
//
// All end with status 0 within two seconds of SIGTERM.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/otelheal/otelheal/examples/shop/internal/bank"
	"github.com/otelheal/otelheal/examples/shop/internal/load"
	"github.com/otelheal/otelheal/examples/shop/internal/process"
	"github.com/otelheal/otelheal/examples/shop/release"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const usage = "usage: shop serve|bank|load --topology FILE …   (shop serve -h shows the flags)"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s", usage)
	}
	flags := flag.NewFlagSet("shop "+args[0], flag.ExitOnError)
	file := flags.String("topology", "", "topology `file` (JSON)")
	switch args[0] {
	case "serve":
		role := flags.String("role", "", fmt.Sprintf("`role` of the service, one of %v", topology.Roles()))
		instance := flags.String("instance", "", "`id` of the instance in the topology")
		dir := flags.String("release", "", "release `directory`; without it the built-in release runs")
		_ = flags.Parse(args[1:])
		t, err := topology.Read(*file)
		if err != nil {
			return err
		}
		r, err := release.Read(*dir)
		if err != nil {
			return err
		}
		return process.Run(ctx, process.Options{Topology: t, Role: topology.Role(*role), Instance: *instance, Release: r})
	case "bank":
		_ = flags.Parse(args[1:])
		t, err := topology.Read(*file)
		if err != nil {
			return err
		}
		return bank.Run(ctx, t)
	case "load":
		out := flags.String("out", "", "`file` to append JSON lines to")
		rps := flags.Float64("rps", 25, "requests a second")
		_ = flags.Parse(args[1:])
		t, err := topology.Read(*file)
		if err != nil {
			return err
		}
		return load.Run(ctx, load.Options{Topology: t, Out: *out, RPS: *rps})
	default:
		return fmt.Errorf("there is no command %q; %s", args[0], usage)
	}
}

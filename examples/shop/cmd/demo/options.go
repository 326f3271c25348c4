package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/otelheal/otelheal/examples/shop/internal/demo"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/names"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

// options are what flags and environment say. A flag wins.
type options struct {
	otelheal, shop, out string
	seed                uint64
	plan                demo.Plan
	benign, keep        bool
	ports               int
	rps                 float64
	nameFile            string
}

func parse(args []string, env func(string) string) (options, error) {
	var o options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&o.otelheal, "otelheal", "bin/otelheal", "`path` of the collector")
	flags.StringVar(&o.shop, "shop", "bin/shop", "`path` of the shop")
	flags.StringVar(&o.out, "out", "demo-out", "`directory` for everything that is written")
	kinds := flags.String("fault", env("FAULT"), "what to break: nothing for a short demonstration, all, or names with commas (FAULT)")
	seed := flags.String("seed", cmp.Or(env("SEED"), "1"), "what is broken where, and in which order (SEED)")
	flags.BoolVar(&o.keep, "keep", yes(env("KEEP")), "keep everything running at the end (KEEP=1)")
	flags.BoolVar(&o.benign, "benign", false, "break nothing: play what must lead to no action")
	ports := flags.String("ports", cmp.Or(env("PORTS"), "0"), "first `port` of a block of a hundred; 0: any that are free (PORTS)")
	rename := flags.Bool("rename", yes(env("RENAME")), "give the services other names, as --fault all does (RENAME=1)")
	flags.StringVar(&o.nameFile, "names", env("NAMES"), "`file` with other names, one a line (NAMES)")
	flags.Float64Var(&o.rps, "rps", 25, "requests a second")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() == 1 && flags.Arg(0) == "benign" {
		o.benign = true
	} else if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not understood; benign is all that can stand there", flags.Arg(0))
	}
	var err error
	if o.seed, err = strconv.ParseUint(*seed, 10, 64); err != nil {
		return o, fmt.Errorf("SEED=%s: want a whole number that is not negative", *seed)
	}
	if o.ports, err = strconv.Atoi(*ports); err != nil || o.ports < 0 || o.ports > 65000 {
		return o, fmt.Errorf("PORTS=%s: want a port below 65000, or 0", *ports)
	}
	if o.plan, err = demo.ReadPlan(*kinds, o.seed); err != nil {
		return o, err
	}
	o.plan.Rename = o.plan.Rename || *rename || o.nameFile != ""
	return o, nil
}

func yes(s string) bool { return s != "" && s != "0" && !strings.EqualFold(s, "no") }

// names gives the services other names if the plan says so.
func (o options) names() (map[topology.Role]string, error) {
	if !o.plan.Rename {
		return nil, nil
	}
	words := names.Words()
	if o.nameFile != "" {
		file, err := os.Open(o.nameFile)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if words, err = names.Read(file); err != nil {
			return nil, fmt.Errorf("%s: %w", o.nameFile, err)
		}
	}
	assigned, err := names.Assign(o.seed, stage.Roles(), words)
	if err != nil {
		return nil, err
	}
	byRole := map[topology.Role]string{}
	for role, name := range assigned {
		byRole[topology.Role(role)] = name
	}
	return byRole, nil
}

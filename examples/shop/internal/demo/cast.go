package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/child"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/stage"
)

// Cast is what runs on a stage: otelheal, which starts the services of the shop
// and the node collector, the bank and the load generator.
type Cast struct {
	stage    *stage.Stage
	rps      float64
	bank     *child.Child
	otelheal *child.Child
	load     *child.Child
}

// StartBank starts the third party.
func (c *Cast) StartBank() (err error) {
	c.bank, err = child.Start("bank", c.stage.Log("bank"), nil, c.stage.Shop, "bank", "--topology", c.stage.Path("topology.json"))
	return err
}

// StartOtelheal starts otelheal, which starts what it supervises.
func (c *Cast) StartOtelheal() (err error) {
	c.otelheal, err = child.Start("otelheal", c.stage.Log("otelheal"), c.stage.Env(),
		c.stage.Otelheal, "--config", c.stage.Path("otelheal.yaml"))
	return err
}

// StopOtelheal stops otelheal and leaves what it supervises running.
func (c *Cast) StopOtelheal() { c.otelheal.Stop(15 * time.Second) }

// StartLoad lets the customers in.
func (c *Cast) StartLoad() (err error) {
	c.load, err = child.Start("load", c.stage.Log("load"), nil, c.stage.Shop, "load",
		"--topology", c.stage.Path("topology.json"), "--out", c.stage.Path("witness.jsonl"),
		"--rps", strconv.FormatFloat(c.rps, 'f', -1, 64))
	return err
}

// Check tells whether somebody ended who should be there.
func (c *Cast) Check() error {
	var errs []error
	for _, p := range []*child.Child{c.bank, c.otelheal, c.load} {
		if p == nil {
			continue
		}
		if ended, how := p.Ended(); ended {
			errs = append(errs, fmt.Errorf("%s has ended (%v); the end of its log %s:\n%s",
				p.Name, how, c.stage.Log(p.Name), tail(c.stage.Log(p.Name), 1500)))
		}
	}
	return errors.Join(errs...)
}

// Leave ends everything: first the customers, then otelheal, so that it starts
// nothing again, then what it left behind. It does not return before nothing is
// left, or says what is.
func (c *Cast) Leave() error {
	for _, p := range []*child.Child{c.load, c.otelheal, c.bank} {
		if p != nil {
			p.Stop(10 * time.Second)
		}
	}
	err := Sweep(c.stage.Dir)
	c.stage.Remove()
	return err
}

// Sweep ends every process of a demonstration in dir, also of one that was
// itself killed.
func Sweep(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return child.Sweep(ctx, dir+string(os.PathSeparator), 3*time.Second)
}

func tail(path string, size int) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(content[max(0, len(content)-size):])
}

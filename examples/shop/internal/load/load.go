// Package load is the customers of the shop, and the witness of what they get.
//
// Requests are sent at a fixed rate whether or not earlier ones were answered, as people who do not know of each other
// do. Each second of sending becomes one line (Second), written as soon as every request of it is answered or has
// waited for a second, and so at most about two seconds after the second began.
//
// The control socket (load_control) takes POST /rate {"factor": 5}: the rate becomes five times that of the start;
// {"factor": 0} stops sending. Lines go on, with nothing sent.
package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/control"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const (
	mostOpen   = 2000
	mostFactor = 100
	tick       = 5 * time.Millisecond
)

// Options say what to send and where to write what became of it.
type Options struct {
	Topology *topology.Topology
	Out      string  // JSON lines are appended here
	RPS      float64 // requests a second
}

// Run sends requests until ctx ends.
func Run(ctx context.Context, o Options) error {
	front, ok := o.Topology.Service(topology.RoleFrontend)
	if !ok {
		return errors.New("the topology has no frontend")
	}
	if !(o.RPS > 0 && o.RPS <= 1000) {
		return fmt.Errorf("--rps must be above 0 and at most 1000, found %v", o.RPS)
	}
	out, err := os.OpenFile(o.Out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()

	c := newCustomers("http://"+front.Instances[0].Addr, o.RPS)
	stop, err := control.Serve(o.Topology.LoadControl, "/rate", func(r rate) error {
		if !(r.Factor >= 0 && r.Factor <= mostFactor) {
			return fmt.Errorf("`factor` must be from 0 to %d, found %v", mostFactor, r.Factor)
		}
		c.factor.Store(math.Float64bits(r.Factor))
		return nil
	})
	if err != nil {
		return err
	}
	defer stop()
	return c.run(ctx, out)
}

type rate struct {
	Factor float64 `json:"factor"`
}

type customers struct {
	base   string
	rps    float64
	factor atomic.Uint64 // bits of a float64
	client *http.Client
	open   atomic.Int64
	all    sync.WaitGroup
}

func newCustomers(base string, rps float64) *customers {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 256
	transport.MaxIdleConns = 256
	c := &customers{base: base, rps: rps, client: &http.Client{Transport: transport}}
	c.factor.Store(math.Float64bits(1))
	return c
}

// run sends requests and writes lines. Sending is paced by what should have been sent by now, so a late tick is made good.
func (c *customers) run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer c.all.Wait()
	defer cancel()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()

	last := time.Now()
	current := newSlice(last)
	var waiting []*slice
	due := 0.0
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			due += now.Sub(last).Seconds() * c.rps * math.Float64frombits(c.factor.Load())
			last = now
			for ; now.Sub(current.start) >= time.Second; current = newSlice(current.start.Add(time.Second)) {
				waiting = append(waiting, current)
			}
			for ; due >= 1; due-- {
				c.send(ctx, current)
			}
			for len(waiting) > 0 && waiting[0].settled(now) {
				if err := json.NewEncoder(out).Encode(waiting[0].close(now)); err != nil {
					return err
				}
				waiting = waiting[1:]
			}
		}
	}
}

// send starts one request, unless too many are open.
func (c *customers) send(ctx context.Context, s *slice) {
	j, who := draw(), someone()
	if c.open.Add(1) > mostOpen {
		c.open.Add(-1)
		s.begin(j.name)(failureDropped, 0)
		return
	}
	end := s.begin(j.name)
	c.all.Go(func() {
		defer c.open.Add(-1)
		start := time.Now()
		failure := c.request(ctx, j, who, start)
		end(failure, time.Since(start))
	})
}

func (c *customers) request(ctx context.Context, j journey, who customer, start time.Time) string {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	r, err := j.make(c.base, who)
	if err != nil {
		return failureBody
	}
	response, err := c.client.Do(r.WithContext(ctx))
	if err != nil {
		return failureOf(err, 0, false, time.Since(start))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return failureOf(err, response.StatusCode, j.right(body, who), time.Since(start))
}

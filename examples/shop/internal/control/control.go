// Package control lets the harness of the shop change how a process behaves, through a unix socket and so beside
// everything that customers and telemetry see:
//
//	POST /fault {"kind": "crash|hang|slow|errors|cpu|memory|none"}
//
// It answers 204, or 400 with a reason. (After crash there is nobody left to answer.) Each kind acts on something the
// process really uses: the door of its station, its pace, its table of currencies, its processor, its memory. So what
// is exported afterwards, stack traces included, is what such trouble looks like from inside, and nothing in it names
// this package. none takes back what can be taken back; a restart takes back everything.
package control

import (
	"os"
	"sync"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/money"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
)

const (
	crashStatus = 2

	// Callers wait a second: half of the requests to a slow process are answered in time, and its health check is.
	slowLeast = 700 * time.Millisecond
	slowMost  = 1300 * time.Millisecond
)

// Process is what the instructions act on.
type Process struct {
	Station *station.Station
	Table   *money.Table

	mu      sync.Mutex // guards undo
	undo    func()
	stopped bool
}

// Apply makes the process behave as kind says, instead of how it was told before. It reports whether it knows the kind.
func (p *Process) Apply(kind string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	start, ok := map[string]func() func(){
		"none": func() func() { return nil },
		"crash": func() func() {
			os.Exit(crashStatus)
			return nil
		},
		"hang": func() func() {
			p.Station.SetDoor(false)
			return func() { p.Station.SetDoor(true) }
		},
		"slow": func() func() {
			p.Station.SetPace(station.Pace{Least: slowLeast, Most: slowMost})
			return func() { p.Station.SetPace(station.Pace{}) }
		},
		"errors": func() func() {
			p.Table.SetPrecision(0)
			return func() { p.Table.SetPrecision(money.Places) }
		},
		"cpu":    compute,
		"memory": func() func() { return collect(p.Station) },
	}[kind]
	if !ok || p.stopped {
		return false
	}
	if p.undo != nil {
		p.undo()
	}
	p.undo = start()
	return true
}

// Stop takes back what can be taken back, for good.
func (p *Process) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if p.undo != nil {
		p.undo()
		p.undo = nil
	}
}

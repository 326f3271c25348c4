// Package bank is the payment provider: somebody else's system, of which the shop has an address and nothing more. It
// exports nothing. Like a process of the shop it has a control socket (control_dir/bank.sock):
//
//	POST /fault {"kind": "refuse"}   closes its port and breaks off what is connected
//	POST /fault {"kind": "none"}     opens it again
package bank

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/control"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const (
	thinkLeast = 10 * time.Millisecond
	thinkMost  = 25 * time.Millisecond
)

// Run is the bank until ctx ends.
func Run(ctx context.Context, t *topology.Topology) error {
	p := &port{addr: t.Bank}
	if err := p.open(); err != nil {
		return err
	}
	defer p.close()
	stop, err := control.Serve(t.ControlSocket("bank"), "/fault", func(i control.Instruction) error {
		switch i.Kind {
		case "refuse":
			p.close()
			return nil
		case "none":
			return p.open()
		default:
			return fmt.Errorf("`kind` must be refuse or none, found %q", i.Kind)
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	<-ctx.Done()
	return nil
}

// port is the bank's door to the world.
type port struct {
	addr string

	mu     sync.Mutex // guards server
	server *web.Server
}

func (p *port) open() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /authorisations", authorise)
	server, err := web.Listen(p.addr, mux)
	if err != nil {
		return err
	}
	p.server = server
	return nil
}

func (p *port) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server == nil {
		return
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	p.server.Stop(now)
	p.server = nil
}

func authorise(w http.ResponseWriter, r *http.Request) {
	var asked api.Authorise
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&asked); err != nil || asked.Amount <= 0 {
		http.Error(w, "not an authorisation", http.StatusBadRequest)
		return
	}
	time.Sleep(thinkLeast + mathrand.N(thinkMost-thinkLeast))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(api.Authorised{Approval: rand.Text()[:10]})
}

package alertwebhookreceiver

import (
	"context"
	"net"
	"sync"
	"time"
)

const (
	gateWait  = 5 * time.Second // for room; after that the sender may as well come again
	gateQueue = 8               // how many of a peer wait, for each that may be in
)

// gate lets a limited number of requests in. A peer takes no more than half of
// the room, so that one that sends slowly on purpose keeps nobody else out.
type gate struct {
	room chan struct{}

	mu    sync.Mutex // guards peers and their users
	peers map[string]*peer
}

// peer is a host that has requests here.
type peer struct {
	room  chan struct{}
	users int // in or waiting
}

func newGate(limit int) *gate {
	return &gate{room: make(chan struct{}, limit), peers: map[string]*peer{}}
}

// enter waits for room and returns how to give it back; nil if there was none
// in time, or too many of the same host wait already.
func (g *gate) enter(ctx context.Context, remote string) (leave func()) {
	host := hostOf(remote)
	p := g.join(host)
	if p == nil {
		return nil
	}
	timer := time.NewTimer(gateWait)
	defer timer.Stop()
	if !acquire(ctx, timer.C, p.room) {
		g.part(host, p)
		return nil
	}
	if !acquire(ctx, timer.C, g.room) {
		<-p.room
		g.part(host, p)
		return nil
	}
	return func() {
		<-g.room
		<-p.room
		g.part(host, p)
	}
}

func acquire(ctx context.Context, late <-chan time.Time, room chan<- struct{}) bool {
	select {
	case room <- struct{}{}:
		return true
	default:
	}
	select {
	case room <- struct{}{}:
		return true
	case <-late:
	case <-ctx.Done():
	}
	return false
}

func (g *gate) join(host string) *peer {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, ok := g.peers[host]
	if !ok {
		p = &peer{room: make(chan struct{}, (cap(g.room)+1)/2)}
		g.peers[host] = p
	}
	if p.users >= cap(p.room)*(1+gateQueue) {
		return nil
	}
	p.users++
	return p
}

func (g *gate) part(host string, p *peer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.users--; p.users == 0 {
		delete(g.peers, host)
	}
}

// hostOf is the host of a remote address; all who come over a socket are one.
func hostOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}

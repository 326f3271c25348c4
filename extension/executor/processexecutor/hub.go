package processexecutor

import (
	"sync"

	"github.com/otelheal/otelheal/healing"
)

const (
	queueSize   = 256 // reports that one subscriber may be behind
	pendingSize = 64  // changes kept until there is a subscriber
)

// hub hands reports to subscribers, each from a goroutine of its own, so that
// none can hold up the supervisor or another.
type hub struct {
	mu          sync.Mutex // guards all below
	onDrop      func()
	subscribers map[*subscriber]struct{}
	pending     []healing.Report // changes that came before the first subscriber
}

type subscriber struct {
	queue chan healing.Report
	stop  chan struct{}
	done  chan struct{}
}

func newHub() *hub { return &hub{onDrop: func() {}, subscribers: map[*subscriber]struct{}{}} }

// countDrops says whom to tell of a report that is lost.
func (h *hub) countDrops(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onDrop = f
}

// publish never blocks. A subscriber that is too far behind misses the report;
// a state is reported again within seconds.
func (h *hub) publish(r healing.Report) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subscribers) == 0 {
		if r.Change == nil {
			return // the first subscriber is told all states anyway
		}
		if len(h.pending) == pendingSize {
			h.pending = h.pending[1:]
			h.onDrop()
		}
		h.pending = append(h.pending, r)
		return
	}
	for s := range h.subscribers {
		select {
		case s.queue <- r:
		default:
			h.onDrop()
		}
	}
}

func (h *hub) subscribe(report func(healing.Report)) (cancel func()) {
	s := &subscriber{queue: make(chan healing.Report, queueSize), stop: make(chan struct{}), done: make(chan struct{})}
	h.mu.Lock()
	for _, r := range h.pending {
		s.queue <- r // pendingSize is below queueSize
	}
	h.pending = nil
	h.subscribers[s] = struct{}{}
	h.mu.Unlock()
	go s.run(report)
	return sync.OnceFunc(func() {
		h.mu.Lock()
		delete(h.subscribers, s)
		h.mu.Unlock()
		close(s.stop)
		<-s.done
	})
}

func (s *subscriber) run(report func(healing.Report)) {
	defer close(s.done)
	for {
		select {
		case <-s.stop:
			return
		case r := <-s.queue:
			report(r)
		}
	}
}

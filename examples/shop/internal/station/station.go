// Package station is the place where a process does its work: a bounded number of slots, a bounded queue before them, and
// a service time for each piece of work. That makes capacity a plain figure: slots divided by service time. When more
// arrives, the queue grows and people wait; when the queue is full, they are turned away; those who give up waiting leave it.
//
//	request ─▶ Enter ─▶ Work ─▶ call others ─▶ Work ─▶ Leave ─▶ answer
//	                     └ waits for a slot     └ again
//
// No slot is held while others are called, so that a callee's trouble does not use up the caller's capacity.
package station

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// ErrBusy is returned when the queue is full.
var ErrBusy = errors.New("too many requests are waiting")

// Options say how much a station can do.
type Options struct {
	Slots int // pieces of work under way at a time
	Queue int // pieces of work that may wait
}

// Station is shared by all requests of a process.
type Station struct {
	slots   chan struct{}
	queue   int64
	spend   func(time.Duration) // lets a service time go by; tests put one here that only waits
	waiting atomic.Int64
	active  atomic.Int64

	// floor is held for reading by who begins a piece of work, and for writing by who needs the whole place.
	floor sync.RWMutex

	mu   sync.Mutex // guards pace and door
	pace Pace
	door chan struct{} // closed while people may come in
}

// Pace is time that a request takes on top of its work.
type Pace struct {
	Least, Most time.Duration
}

// New makes a station.
func New(o Options) *Station {
	door := make(chan struct{})
	close(door)
	return &Station{slots: make(chan struct{}, o.Slots), queue: int64(o.Queue), spend: spend, door: door}
}

// Waiting is the number of pieces of work that wait for a slot.
func (s *Station) Waiting() int64 { return s.waiting.Load() }

// Busy is the number of slots in use.
func (s *Station) Busy() int64 { return int64(len(s.slots)) }

// Active is the number of requests inside.
func (s *Station) Active() int64 { return s.active.Load() }

// SetPace changes the pace of requests that enter from now on.
func (s *Station) SetPace(p Pace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace = p
}

// SetDoor opens or shuts the door. Who stands before a shut door waits until it opens, however long that takes.
func (s *Station) SetDoor(open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	isOpen := false
	select {
	case <-s.door:
		isOpen = true
	default:
	}
	switch {
	case open && !isOpen:
		close(s.door)
	case !open && isOpen:
		s.door = make(chan struct{})
	}
}

// Alone runs f while nobody else begins a piece of work.
func (s *Station) Alone(f func()) {
	s.floor.Lock()
	defer s.floor.Unlock()
	f()
}

func (s *Station) entrance() (<-chan struct{}, Pace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.door, s.pace
}

// Work waits for a slot and holds it for the service time that cost gives once the slot is there: asked so late, cost can
// take into account what has become of the load meanwhile. It returns early when the queue is full or ctx ends.
func (s *Station) Work(ctx context.Context, cost func() time.Duration) error {
	visitOf(ctx).step()
	// Before the slot, so that who waits for the floor keeps no slot from others.
	s.floor.RLock()
	defer s.floor.RUnlock()
	if s.waiting.Add(1) > s.queue {
		s.waiting.Add(-1)
		return ErrBusy
	}
	select {
	case s.slots <- struct{}{}:
		s.waiting.Add(-1)
	case <-ctx.Done():
		s.waiting.Add(-1)
		return ctx.Err()
	}
	defer func() { <-s.slots }()
	s.spend(vary(cost()))
	return nil
}

// Cost is a service time that never changes.
func Cost(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// vary spreads a service time evenly by 30 % either way.
func vary(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.7 + 0.6*rand.Float64()))
}

// spend uses the processor for an eightieth of the service time and waits for the rest, as work on data elsewhere does.
func spend(d time.Duration) {
	until := time.Now().Add(d / 80)
	for n := uint64(1); time.Now().Before(until); {
		for range 512 {
			n = n*6364136223846793005 + 1442695040888963407
		}
		sink.Store(n)
	}
	time.Sleep(d - d/80)
}

// sink keeps the compiler from dropping the loop of spend.
var sink atomic.Uint64

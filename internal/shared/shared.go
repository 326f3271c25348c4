// Package shared gives the several instances of a component one engine.
//
// The collector creates a processor once per pipeline and a connector once per
// pair of signals, all with the same config pointer, while what they work on is
// one thing: one detector, one storage client, one set of open incidents. A
// [Registry] holds that thing by the pointer. It is counted in Start and
// Shutdown, never in Create: `validate` creates and never starts.
package shared

import (
	"context"
	"sync"
)

// Engine is what is shared.
type Engine interface {
	Shutdown(ctx context.Context) error
}

// Registry holds the running engines of one component type.
type Registry[K comparable, E Engine] struct {
	mu      sync.Mutex // guards running, and is held while an engine starts
	running map[K]*counted[E]
}

type counted[E Engine] struct {
	engine E
	users  int
}

// Acquire returns the engine of key, started by start if this is its first user.
func (r *Registry[K, E]) Acquire(key K, start func() (E, error)) (E, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.running[key]
	if !ok {
		engine, err := start()
		if err != nil {
			return engine, err
		}
		c = &counted[E]{engine: engine}
		if r.running == nil {
			r.running = map[K]*counted[E]{}
		}
		r.running[key] = c
	}
	c.users++
	return c.engine, nil
}

// Release gives the engine back; the last user shuts it down. A key without an
// engine, as after a failed or missing start, is no error.
func (r *Registry[K, E]) Release(ctx context.Context, key K) error {
	r.mu.Lock()
	c, ok := r.running[key]
	if ok {
		c.users--
		if c.users > 0 {
			ok = false
		} else {
			delete(r.running, key)
		}
	}
	r.mu.Unlock()
	if !ok {
		return nil
	}
	return c.engine.Shutdown(ctx)
}

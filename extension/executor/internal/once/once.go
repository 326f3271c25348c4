// Package once keeps an order from being carried out twice by one process. It
// forgets at a restart; after that an order is unknown, and said to be.
package once

import (
	"context"
	"sync"

	"github.com/otelheal/otelheal/healing"
)

const limit = 512

// Memory is what became of the orders of this process. The zero value is
// ready. The oldest answers are forgotten first.
type Memory struct {
	mu    sync.Mutex // guards all below
	calls map[string]*call
	order []string // keys, oldest first
}

type call struct {
	done   chan struct{}
	result healing.Result // set before done is closed
}

// Do calls f for the first order of a key. A doubled one gets the same result,
// and waits for it if need be.
func (m *Memory) Do(ctx context.Context, o healing.Order, f func() healing.Result) healing.Result {
	m.mu.Lock()
	c, ok := m.calls[o.Key]
	if !ok {
		c = m.add(o.Key)
	}
	m.mu.Unlock()
	if !ok {
		defer close(c.done)
		c.result = healing.Result{Effect: healing.EffectUnknown, Detail: "the attempt broke off"} // if f panics
		c.result = f()
		if c.result.Effect == healing.EffectNone || c.result.Effect == healing.EffectRefused {
			m.forget(o.Key) // nothing happened, so it may be tried again
		}
		return c.result
	}
	return c.wait(ctx)
}

// Find tells what became of an order. Of one that is not remembered nothing is known.
func (m *Memory) Find(ctx context.Context, o healing.Order) healing.Result {
	m.mu.Lock()
	c, ok := m.calls[o.Key]
	m.mu.Unlock()
	if !ok {
		return healing.Result{Effect: healing.EffectUnknown, Detail: "this process has no memory of the order"}
	}
	return c.wait(ctx)
}

func (c *call) wait(ctx context.Context) healing.Result {
	select {
	case <-c.done:
		return c.result
	case <-ctx.Done():
		return healing.Result{Effect: healing.EffectUnknown, Detail: "it is under way"}
	}
}

// add is called with m.mu held.
func (m *Memory) add(key string) *call {
	if m.calls == nil {
		m.calls = map[string]*call{}
	}
	if len(m.order) == limit {
		delete(m.calls, m.order[0])
		m.order = m.order[1:]
	}
	c := &call{done: make(chan struct{})}
	m.calls[key] = c
	m.order = append(m.order, key)
	return c
}

func (m *Memory) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.calls, key)
	for i, k := range m.order {
		if k == key {
			m.order = append(m.order[:i:i], m.order[i+1:]...)
			return
		}
	}
}

package recoveryexporter

import (
	"slices"
	"sync"
)

// maxRemembered bounds the memory of what was handed over; the oldest go first.
// It is more than a healer lets happen in weeks.
const maxRemembered = 10_000

// memory knows what was handed to a tool that has none itself. It lasts as long
// as the process: see docs/adr/0006.
type memory struct {
	mu    sync.Mutex // guards the rest
	known map[string]bool
	order []string
}

// claim tells whether the key is new, and takes it.
func (m *memory) claim(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] {
		return false
	}
	if m.known == nil {
		m.known = map[string]bool{}
	}
	if len(m.order) >= maxRemembered {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	m.known[key] = true
	m.order = append(m.order, key)
	return true
}

// release gives back a key that came to nothing.
func (m *memory) release(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] {
		delete(m.known, key)
		k := slices.Index(m.order, key)
		m.order = slices.Delete(m.order, k, k+1)
	}
}

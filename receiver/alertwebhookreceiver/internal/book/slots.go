package book

import (
	"time"

	"github.com/otelheal/otelheal/event"
)

// Change is what a store has to do so that the alerts that fire can be read
// back: keep the alert in a numbered place, or clear that place.
type Change struct {
	Slot  int
	Alert *event.Alert // nil: clear it
}

// slots gives out numbers and takes them back, so that a store which can't list
// its keys finds all of them below one number.
type slots struct {
	high  int // all given out are below
	spare []int
}

func (s *slots) take() int {
	if n := len(s.spare); n > 0 {
		slot := s.spare[n-1]
		s.spare = s.spare[:n-1]
		return slot
	}
	s.high++
	return s.high - 1
}

func (s *slots) free(slot int) { s.spare = append(s.spare, slot) }

// Stored says that the alerts of the ticket are in a store already: by
// fingerprint the slots, all of them below high. It is for a book that gave out
// no slots yet.
func (t *Ticket) Stored(at map[string]int, high int) {
	b := t.book
	b.mu.Lock()
	defer b.mu.Unlock()
	used := map[int]bool{}
	for _, n := range t.next {
		if slot, ok := at[n.fingerprint]; ok {
			n.slot, n.storedAt = slot, time.Time{}
			used[slot] = true
		}
	}
	b.slots.high = high
	for slot := high - 1; slot >= 0; slot-- {
		if !used[slot] {
			b.slots.free(slot)
		}
	}
}

// High is the number below which all slots are.
func (b *Book) High() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.slots.high
}

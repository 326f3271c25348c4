package book

import (
	"container/list"
	"sync"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Fate is what becomes of an alert.
type Fate int

const (
	New       Fate = iota // it is to be passed on
	Duplicate             // it was passed on
	Outdated              // something newer was passed on
)

// String is the fate for people.
func (f Fate) String() string {
	switch f {
	case New:
		return "new"
	case Duplicate:
		return "duplicate"
	case Outdated:
		return "outdated"
	}
	return "unknown"
}

// Remind is when a repetition is passed on all the same: readers give up an
// alert of which they heard nothing for a day.
const Remind = 12 * time.Hour

// storeAgain is how old a stored alert may be before its repetition is stored.
const storeAgain = time.Hour

// entry is the newest that was passed on of one fingerprint.
type entry struct {
	start, end  time.Time
	resolved    bool
	resolvedAt  time.Time // when it was heard
	ignored     event.AlertIgnored
	fingerprint string
	place       *list.Element // in Book.firing or Book.done
	slot        int           // where a store keeps it; -1: nowhere
	storedAt    time.Time     // when it was given to the store last
	passedAt    time.Time
}

// Book of alerts.
type Book struct {
	mu        sync.Mutex // guards everything
	limit     int
	hold      time.Duration
	entries   map[string]*entry
	firing    *list.List // of *entry, the one heard of longest ago first
	done      *list.List // of *entry that resolved, likewise
	held      map[string]chan struct{}
	slots     slots
	forgotten int64 // entries that went for want of room
}

// NewBook makes a book of at most limit alerts. One that resolved stays resolved
// for hold.
func NewBook(limit int, hold time.Duration) *Book {
	return &Book{
		limit: limit, hold: hold, entries: map[string]*entry{}, firing: list.New(), done: list.New(),
		held: map[string]chan struct{}{},
	}
}

// Len is how many alerts the book holds, and how many it had to forget.
func (b *Book) Len() (n int, forgotten int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.entries), b.forgotten
}

// Ticket is what one request has reserved. It ends with Commit or Release.
type Ticket struct {
	Fates []Fate
	book  *Book
	next  []*entry      // what the entries become, in order
	keep  []event.Alert // and their alerts
	again []Change      // known alerts that are stored anew, so that they do not grow old
	done  chan struct{}
}

// Reserve tells what is to become of each alert, and fills in a start that its
// sender left out. If another request holds one of them it reserves nothing and
// returns a channel that is closed when that one is done.
func (b *Book) Reserve(alerts []event.Alert, now time.Time) (*Ticket, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k := range alerts {
		if c, ok := b.held[alerts[k].Fingerprint]; ok {
			return nil, c
		}
	}
	t := &Ticket{Fates: make([]Fate, len(alerts)), book: b, done: make(chan struct{})}
	tentative := map[string]*entry{} // one body may speak of an alert twice
	for k := range alerts {
		a := &alerts[k]
		e, ok := tentative[a.Fingerprint]
		if !ok {
			e = b.entries[a.Fingerprint]
		}
		fate := b.fate(e, a, now)
		t.Fates[k] = fate
		if fate != New {
			t.heard(e, a, now)
			continue
		}
		b.held[a.Fingerprint] = t.done
		next := &entry{
			start: a.StartsAt, end: a.EndsAt, resolved: a.Status == event.AlertResolved, ignored: a.Ignored,
			fingerprint: a.Fingerprint, resolvedAt: now, storedAt: now, passedAt: now, slot: -1,
		}
		tentative[a.Fingerprint] = next
		t.next = append(t.next, next)
		t.keep = append(t.keep, *a)
	}
	return t, nil
}

// heard notes that a known alert was spoken of again; the lock is held.
func (t *Ticket) heard(e *entry, a *event.Alert, now time.Time) {
	if e == nil || e.place == nil {
		return
	}
	t.book.listOf(e).MoveToBack(e.place)
	if e.slot >= 0 && a.Status == event.AlertFiring && a.StartsAt.Equal(e.start) && now.Sub(e.storedAt) >= storeAgain {
		e.storedAt = now
		known := *a
		t.again = append(t.again, Change{Slot: e.slot, Alert: &known})
	}
}

// fate decides. It changes nothing but a start that is missing.
func (b *Book) fate(e *entry, a *event.Alert, now time.Time) Fate {
	fires := a.Status == event.AlertFiring
	if a.StartsAt.IsZero() {
		a.StartsAt = now
		if e != nil && (!fires || !e.resolved) {
			a.StartsAt = e.start
		}
	}
	switch {
	case e == nil:
		return New
	case fires && !e.resolved && !a.StartsAt.After(e.start):
		if e.ignored != a.Ignored && a.StartsAt.Equal(e.start) {
			return New // it blames somebody now, or nobody any more
		}
		if a.StartsAt.Equal(e.start) && now.Sub(e.passedAt) >= Remind {
			return New
		}
		return Duplicate // an earlier start too: of two sources of one alert, one noticed later
	case fires && !e.resolved:
		return New
	case fires && a.StartsAt.After(e.start):
		return New
	case fires && a.StartsAt.Equal(e.start) && now.Sub(e.resolvedAt) >= b.hold:
		return New // its sender had lost sight of it
	case fires:
		return Outdated
	case e.resolved && (!a.StartsAt.After(e.start) || !a.EndsAt.After(e.end)):
		return Duplicate
	case !e.resolved && a.StartsAt.Before(e.start) && !a.EndsAt.After(e.start):
		return Outdated // the end of an earlier time
	}
	return New
}

// Commit notes that the alerts were passed on. What it returns is to be stored.
func (t *Ticket) Commit() []Change {
	b := t.book
	b.mu.Lock()
	defer b.mu.Unlock()
	changes := t.again
	for k, next := range t.next {
		changes = b.put(next, &t.keep[k], changes)
	}
	for len(b.entries) > b.limit {
		front := b.done.Front()
		if front == nil {
			front = b.firing.Front()
			b.forgotten++ // a resolved one is missed by nobody
		}
		changes = b.drop(front.Value.(*entry), changes)
	}
	t.end()
	return changes
}

// Release gives back what was reserved: nothing was passed on.
func (t *Ticket) Release() {
	t.book.mu.Lock()
	defer t.book.mu.Unlock()
	t.end()
}

// end lets the others go on; the lock is held. A second call does nothing.
func (t *Ticket) end() {
	for _, n := range t.next {
		delete(t.book.held, n.fingerprint)
	}
	if t.done != nil {
		close(t.done)
	}
	t.next, t.done = nil, nil
}

// put makes next the entry of its fingerprint.
func (b *Book) put(next *entry, a *event.Alert, changes []Change) []Change {
	if old := b.entries[next.fingerprint]; old != nil {
		next.slot = old.slot
		b.listOf(old).Remove(old.place)
	}
	b.entries[next.fingerprint] = next
	next.place = b.listOf(next).PushBack(next)
	switch {
	case !next.resolved:
		if next.slot < 0 {
			next.slot = b.slots.take()
		}
		return append(changes, Change{Slot: next.slot, Alert: a})
	case next.slot >= 0:
		changes = append(changes, Change{Slot: next.slot})
		b.slots.free(next.slot)
		next.slot = -1
	}
	return changes
}

func (b *Book) drop(e *entry, changes []Change) []Change {
	b.listOf(e).Remove(e.place)
	delete(b.entries, e.fingerprint)
	if e.slot >= 0 {
		changes = append(changes, Change{Slot: e.slot})
		b.slots.free(e.slot)
	}
	return changes
}

func (b *Book) listOf(e *entry) *list.List {
	if e.resolved {
		return b.done
	}
	return b.firing
}

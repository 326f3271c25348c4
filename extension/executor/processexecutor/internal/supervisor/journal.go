package supervisor

import (
	"errors"
	"sort"
	"sync"
	"time"

	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/durable"
	"github.com/otelheal/otelheal/healing"
)

// maxOrders bounds the journal; the oldest finished order leaves first.
const maxOrders = 512

// entry is one order that something may have been touched for.
type entry struct {
	Order  healing.Order   `json:"order"`
	Result *healing.Result `json:"result,omitempty"` // nil: under way
}

// journal remembers orders. An order that is not in it has touched nothing.
type journal struct {
	path    string
	dropped func()

	mu      sync.Mutex // guards all below, and the file
	entries map[string]*entry
	// Forgotten is the latest issue time of an order that was dropped: of an
	// unknown order no younger than this nothing can be said.
	forgotten time.Time
	waiters   map[string][]chan struct{}
}

type journalFile struct {
	Forgotten time.Time `json:"forgotten,omitzero"`
	Entries   []*entry  `json:"entries"`
}

// openJournal reads the journal. A broken one is an error worth saying, and
// everything before now counts as forgotten.
func openJournal(path string, now time.Time, dropped func()) (*journal, error) {
	j := &journal{path: path, dropped: dropped, entries: map[string]*entry{}, waiters: map[string][]chan struct{}{}}
	var f journalFile
	_, err := durable.Read(path, &f)
	if err != nil {
		j.forgotten = now
		return j, err
	}
	j.forgotten = f.Forgotten
	for _, e := range f.Entries {
		if e != nil && e.Order.Key != "" {
			j.entries[e.Order.Key] = e
		}
	}
	return j, nil
}

// begin notes that the order may touch something from now on.
func (j *journal) begin(o healing.Order) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.entries[o.Key] != nil {
		return errors.New("the order is in the journal already")
	}
	j.entries[o.Key] = &entry{Order: o}
	j.bound()
	if err := j.save(); err != nil {
		delete(j.entries, o.Key)
		return err
	}
	return nil
}

// finish notes what became of the order and wakes who waits for it. If it
// cannot be written it still holds for this process; the next one finds the
// order open and works out the same from the unit's record.
func (j *journal) finish(key string, r healing.Result) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entries[key]
	if e == nil {
		return nil
	}
	e.Result = &r
	for _, c := range j.waiters[key] {
		close(c)
	}
	delete(j.waiters, key)
	return j.save()
}

// withdraw removes an order that has touched nothing after all.
func (j *journal) withdraw(key string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.entries, key)
	return j.save()
}

// find returns the order's result, or a channel that is closed once there is
// one. Known is false for an order that was never begun.
func (j *journal) find(key string) (r healing.Result, wait <-chan struct{}, known bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entries[key]
	switch {
	case e == nil:
		return healing.Result{}, nil, false
	case e.Result != nil:
		return *e.Result, nil, true
	}
	c := make(chan struct{})
	j.waiters[key] = append(j.waiters[key], c)
	return healing.Result{}, c, true
}

// forgot tells whether an order issued then may have been dropped.
func (j *journal) forgot(issued time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.forgotten.IsZero() && !issued.After(j.forgotten)
}

// open lists the orders under way.
func (j *journal) open() []healing.Order {
	j.mu.Lock()
	defer j.mu.Unlock()
	var orders []healing.Order
	for _, e := range j.entries {
		if e.Result == nil {
			orders = append(orders, e.Order)
		}
	}
	sort.Slice(orders, func(a, b int) bool { return orders[a].Key < orders[b].Key })
	return orders
}

func (j *journal) isOpen(key string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entries[key]
	return e != nil && e.Result == nil
}

func (j *journal) sorted() []*entry {
	all := make([]*entry, 0, len(j.entries))
	for _, e := range j.entries {
		all = append(all, e)
	}
	sort.Slice(all, func(a, b int) bool {
		if !all[a].Order.Issued.Equal(all[b].Order.Issued) {
			return all[a].Order.Issued.Before(all[b].Order.Issued)
		}
		return all[a].Order.Key < all[b].Order.Key
	})
	return all
}

func (j *journal) bound() {
	if len(j.entries) <= maxOrders {
		return
	}
	for _, e := range j.sorted() {
		if e.Result != nil {
			delete(j.entries, e.Order.Key)
			if e.Order.Issued.After(j.forgotten) {
				j.forgotten = e.Order.Issued
			}
			j.dropped()
			return
		}
	}
}

func (j *journal) save() error {
	return durable.Write(j.path, journalFile{Forgotten: j.forgotten, Entries: j.sorted()})
}

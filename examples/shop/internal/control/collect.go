package control

import (
	"runtime"
	"sync"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/station"
)

const (
	mebibyte  = 1 << 20
	entrySize = 256

	firstMiB     = 96 // kept at once
	mibPerSecond = 40
	mostMiB      = 600 // never more

	// A health check waits for one pause at most and so is answered within a second; a request with two pieces of work
	// waits for two.
	pauseLeast  = 500 * time.Millisecond
	pausePerMiB = 800 * time.Microsecond
	pauseMost   = 750 * time.Millisecond
	betweenThem = 10 * time.Millisecond
)

// entry is small and full of pointers, the worst that a garbage collector can be given.
type entry struct {
	next, other *entry
	content     [entrySize - 16]byte
}

// collect keeps more and more memory and never lets go of it. Again and again all of it is walked while nobody can work,
// as a collector does that stops the world in a machine short of memory; the more there is, the longer that takes. The
// function it returns ends that and lets go.
func collect(s *station.Station) func() {
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		var h heap
		h.grow(firstMiB)
		for last := time.Now(); ; {
			s.Alone(h.pause)
			select {
			case <-stop:
				return
			case <-time.After(betweenThem):
			}
			h.owed += time.Since(last).Seconds() * mibPerSecond
			last = time.Now()
		}
	})
	return func() {
		close(stop)
		done.Wait()
	}
}

// heap is a list of entries.
type heap struct {
	first *entry
	mib   int
	owed  float64 // MiB that it is to grow by
}

// grow adds entries and touches every byte of them.
func (h *heap) grow(mib int) {
	mib = min(mib, mostMiB-h.mib)
	for range mib * mebibyte / entrySize {
		e := &entry{next: h.first, other: h.first}
		for i := range e.content {
			e.content[i] = byte(i)
		}
		h.first = e
	}
	h.mib += mib
}

// pause grows the list, has it collected and walks it once, and then waits as for pages of it that are not in memory.
func (h *heap) pause() {
	until := time.Now().Add(min(pauseLeast+time.Duration(h.mib)*pausePerMiB, pauseMost))
	h.grow(int(h.owed))
	h.owed -= float64(int(h.owed))
	runtime.GC()
	var n uint64
	for at := h.first; at != nil; at = at.next {
		n += uint64(at.content[0])
	}
	result.Store(n)
	time.Sleep(time.Until(until))
}

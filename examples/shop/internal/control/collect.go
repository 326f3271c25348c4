package control

import (
	"runtime"
	"sync"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/station"
)

const (
	mebibyte   = 1 << 20
	entrySize  = 256
	firstMiB   = 96  // kept at once
	perRound   = 32  // MiB kept each round
	mostMiB    = 600 // never more
	roundEvery = 500 * time.Millisecond

	pauseLeast  = 500 * time.Millisecond
	pausePerMiB = 3 * time.Millisecond
	pauseMost   = 1500 * time.Millisecond
)

// entry is small and full of pointers, the worst that a garbage collector can be given.
type entry struct {
	next, other *entry
	content     [entrySize - 16]byte
}

// collect keeps more and more memory and never lets go of it. Each round the whole of it is walked while nobody can
// work, as a collector that stops the world does; the more there is, the longer that takes. The function it returns
// ends that and lets go.
func collect(s *station.Station) func() {
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		var (
			kept *entry
			size int
		)
		grow := func(mib int) {
			for range min(mib, mostMiB-size) * mebibyte / entrySize {
				e := &entry{next: kept, other: kept}
				for i := range e.content {
					e.content[i] = byte(i)
				}
				kept = e
			}
			size = min(size+mib, mostMiB)
		}
		grow(firstMiB)
		ticker := time.NewTicker(roundEvery)
		defer ticker.Stop()
		for {
			s.Alone(func() { walk(kept, min(pauseLeast+time.Duration(size)*pausePerMiB, pauseMost)) })
			runtime.GC()
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
			grow(perRound)
		}
	})
	return func() {
		close(stop)
		done.Wait()
	}
}

// walk follows the pointers for as long as it is given, from the start again when it comes to the end.
func walk(first *entry, d time.Duration) {
	until := time.Now().Add(d)
	var n uint64
	for at := first; time.Now().Before(until); {
		for range 1024 {
			if at == nil {
				at = first
			}
			n += uint64(at.content[0])
			at = at.next
		}
	}
	result.Store(n)
}

package control

import (
	"sync"
	"sync/atomic"
)

// computers is how many goroutines compete with the requests for the one processor. The Go scheduler lets each run for
// about 10 ms, so a request waits for all of them whenever it has waited for anything else.
const computers = 24

// compute keeps the processor busy until the function it returns is called.
func compute() func() {
	var (
		done atomic.Bool
		all  sync.WaitGroup
	)
	for seed := range uint64(computers) {
		all.Go(func() {
			n := seed
			for !done.Load() {
				for range 4096 {
					n = n*6364136223846793005 + 1442695040888963407
				}
				result.Store(n)
			}
		})
	}
	return func() {
		done.Store(true)
		all.Wait()
	}
}

// result keeps the compiler from dropping the loop.
var result atomic.Uint64

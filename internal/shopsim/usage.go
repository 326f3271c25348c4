package shopsim

import (
	"math/rand"
	"time"
)

// Usage is what a program uses up beyond what it always does.
type Usage struct {
	CPU    float64 // share of a processor
	Memory float64 // bytes
	Leak   float64 // bytes a second, since From
	From   time.Time
	Stacks float64 // bytes, of requests that wait
}

const (
	idleCPU    = 0.05
	idleMemory = 20e6
	idleStacks = 6e5
	warmUp     = 15 * time.Second // until a new process holds what it always does
)

// Stacked is what the stacks of a program take now, in bytes: little, and more with
// everything that waits.
func (s *Shop) Stacked(p *Program, rnd *rand.Rand) float64 {
	return idleStacks*(1+0.02*rnd.NormFloat64()) + p.Usage.Stacks
}

// Used is what a program uses now, as its own telemetry says: a share of a
// processor, and bytes. A process that was started anew begins with less.
func (s *Shop) Used(p *Program, rnd *rand.Rand) (cpu, memory float64) {
	cpu = min(1, idleCPU*(1+0.2*rnd.NormFloat64())+p.Usage.CPU*(1+0.01*rnd.NormFloat64()))
	memory = idleMemory
	if age := s.Now.Sub(p.Since); age < warmUp && !p.Since.IsZero() {
		memory *= 0.6 + 0.4*float64(age)/float64(warmUp)
	}
	memory = memory*(1+0.01*rnd.NormFloat64()) + p.Usage.Memory
	if p.Usage.Leak > 0 {
		memory += p.Usage.Leak * s.Now.Sub(p.Usage.From).Seconds()
	}
	return max(0, cpu), memory
}

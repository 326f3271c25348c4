package detector

// pool holds values in pages that never move: growing copies nothing, and what
// has no pointers is never scanned. Index 0 is never handed out.
type pool[T any] struct {
	pages [][]T
	free  []uint32
	next  uint32 // the first index never used
}

const pageSize = 1 << 10

// at returns the value of an index; that of 0 is there as soon as any is.
func (p *pool[T]) at(i uint32) *T { return &p.pages[i/pageSize][i%pageSize] }

func (p *pool[T]) take() uint32 {
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		return i
	}
	if p.next == 0 {
		p.next = 1
	}
	i := p.next
	p.next++
	if int(i/pageSize) == len(p.pages) {
		p.pages = append(p.pages, make([]T, pageSize))
	}
	return i
}

// give takes a value back; it is zeroed, so that a stale index finds nothing.
func (p *pool[T]) give(i uint32) {
	var zero T
	*p.at(i) = zero
	p.free = append(p.free, i)
}

// words is memory for what cumulative series had at their last point: runs of
// 64-bit words in sizes of powers of two.
type words struct {
	classes [wordClasses]wordClass
	held    int // words handed out
}

type wordClass struct {
	pages [][]uint64
	free  []uint32
	next  uint32
}

const (
	wordClasses = 7 // 4, 8, …, 256 words
	minWords    = 4
	maxWords    = minWords << (wordClasses - 1)
	runsPerPage = 256
)

// wordsRef is the class in the low 3 bits and the place plus one above; 0: none.
type wordsRef uint32

func classOf(n int) int {
	c := 0
	for minWords<<c < n {
		c++
	}
	return c
}

func (w *words) take(n int) wordsRef {
	c := classOf(n)
	cl := &w.classes[c]
	size := minWords << c
	w.held += size
	var i uint32
	if f := len(cl.free); f > 0 {
		i = cl.free[f-1]
		cl.free = cl.free[:f-1]
	} else {
		i = cl.next
		cl.next++
		if int(i/runsPerPage) == len(cl.pages) {
			cl.pages = append(cl.pages, make([]uint64, runsPerPage*size))
		}
	}
	return wordsRef((i+1)<<3 | uint32(c))
}

func (w *words) at(r wordsRef) []uint64 {
	c, i := r&7, uint32(r>>3)-1
	size := uint32(minWords) << c
	off := i % runsPerPage * size
	return w.classes[c].pages[i/runsPerPage][off : off+size : off+size]
}

func (w *words) give(r wordsRef) {
	if r == 0 {
		return
	}
	run := w.at(r)
	clear(run)
	w.held -= len(run)
	cl := &w.classes[r&7]
	cl.free = append(cl.free, uint32(r>>3)-1)
}

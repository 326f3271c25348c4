package profile

// ID stands for a name. It is a hash of it, so that two collectors that never
// spoke to each other use the same.
type ID uint64

const (
	offset64 = 14695981039346656037
	prime64  = 1099511628211
)

// IDOf hashes a text by FNV-1a and stirs it, so that IDs can be combined.
func IDOf(text string) ID {
	h := uint64(offset64)
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * prime64
	}
	return ID(stir(h))
}

// Combine makes one ID of two; their order matters.
func Combine(a, b ID) ID { return ID(stir(uint64(a)*prime64 ^ uint64(b))) }

// stir is the finalizer of SplitMix64.
func stir(h uint64) uint64 {
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}

// Symbols that every chain may have.
var (
	Start      = IDOf("(start)")
	End        = IDOf("(end)")
	OK         = IDOf("(ok)")
	Other      = IDOf("(other)")
	Failed     = IDOf("(failed)") // of what came before: a call that failed
	unanswered = IDOf("(unanswered)")
)

// Unanswered is the outcome of a call that failed without an answer.
func Unanswered(status ID) ID { return Combine(unanswered, status) }

// Names gives texts back for IDs, for people. It is bounded: past its limit new
// names stay without a text, which costs no evidence.
type Names struct {
	Limit   int
	Dropped uint64
	texts   map[ID]string
}

// NewNames returns a table with the names of the common symbols.
func NewNames(limit int) *Names {
	n := &Names{Limit: limit, texts: map[ID]string{}}
	for id, text := range map[ID]string{Start: "start", End: "end", OK: "ok", Other: "(other)", Failed: "a failed call"} {
		n.texts[id] = text
	}
	return n
}

// Put notes the text of an ID.
func (n *Names) Put(id ID, text string) {
	if _, ok := n.texts[id]; ok {
		return
	}
	if len(n.texts) >= n.Limit {
		n.Dropped++
		return
	}
	n.texts[id] = text
}

// Intern is IDOf with the text noted.
func (n *Names) Intern(text string) ID {
	id := IDOf(text)
	n.Put(id, text)
	return id
}

// Text is the name of an ID, or "?".
func (n *Names) Text(id ID) string {
	if t, ok := n.texts[id]; ok {
		return t
	}
	return "?"
}

// Len is the number of names with a text.
func (n *Names) Len() int { return len(n.texts) }

// Chance is a number from 0 to 1 that an identifier always has: what samples by
// it takes the same traces everywhere.
func Chance(id []byte) float64 {
	h := uint64(offset64)
	for _, b := range id {
		h = (h ^ uint64(b)) * prime64
	}
	return float64(stir(h)>>11) / (1 << 53)
}

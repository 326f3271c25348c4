package payload

import (
	"fmt"
	"strconv"
	"strings"
)

// Error is what is wrong with a body, and where.
type Error struct {
	Path string // such as $.alerts[3].labels
	Text string
}

// Error implements error.
func (e *Error) Error() string { return e.Path + ": " + e.Text }

// step is one step of the way into the body: a member by where its key stands,
// or an item of a list.
type step struct{ start, end, index int }

// reader walks JSON. It allocates nothing but what is asked of it.
type reader struct {
	data  []byte
	pos   int
	depth int // that may still be gone down
	path  []step
}

func newReader(data []byte, depth int) *reader {
	return &reader{data: data, depth: depth, path: make([]step, 0, 8)}
}

// kind of a value, by its first byte.
type kind byte

const (
	kindNone   kind = 0 // the body ended
	kindObject kind = '{'
	kindArray  kind = '['
	kindString kind = '"'
	kindNumber kind = '0'
	kindWord   kind = 'w' // true, false, null, NaN, Infinity
)

func (k kind) String() string {
	switch k {
	case kindObject:
		return "an object"
	case kindArray:
		return "a list"
	case kindString:
		return "a text"
	case kindNumber:
		return "a number"
	case kindWord:
		return "a word"
	}
	return "nothing"
}

// words are the literals, and what JSON lacks but some senders write.
var words = []string{"true", "false", "null", "NaN", "Infinity", "-Infinity"}

func (r *reader) fail(format string, args ...any) error {
	return &Error{r.where(), fmt.Sprintf(format, args...)}
}

// where is the path to the value that is being read.
func (r *reader) where() string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range r.path {
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		key := string(r.data[s.start:min(s.end, s.start+64)])
		if plain(key) {
			b.WriteString("." + key)
		} else {
			b.WriteString("[" + strconv.QuoteToASCII(key) + "]")
		}
	}
	return b.String()
}

func plain(key string) bool {
	for _, c := range []byte(key) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return key != ""
}

func (r *reader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// next tells what kind of value comes.
func (r *reader) next() kind {
	r.space()
	if r.pos >= len(r.data) {
		return kindNone
	}
	switch c := r.data[r.pos]; {
	case c == '{', c == '[', c == '"':
		return kind(c)
	case c == '-' && r.pos+1 < len(r.data) && r.data[r.pos+1] == 'I':
		return kindWord
	case c == '-' || c >= '0' && c <= '9':
		return kindNumber
	default:
		return kindWord
	}
}

// take steps over one byte, if it is that.
func (r *reader) take(c byte) bool {
	r.space()
	if r.pos < len(r.data) && r.data[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

// enter goes down into a list or an object.
func (r *reader) enter(k kind) error {
	if found := r.next(); found != k {
		return r.fail("want %s, found %s", k, found)
	}
	if r.depth--; r.depth < 0 {
		return r.fail("nested too deeply")
	}
	r.pos++
	return nil
}

// object calls member with the raw key of each member; it has to read the value.
func (r *reader) object(member func(key []byte) error) error {
	if err := r.enter(kindObject); err != nil {
		return err
	}
	defer func() { r.depth++ }()
	if r.take('}') {
		return nil
	}
	for {
		if k := r.next(); k != kindString {
			return r.fail("want a key, found %s at byte %d", k, r.pos)
		}
		start, end, err := r.raw()
		if err != nil {
			return err
		}
		r.path = append(r.path, step{start, end, -1})
		if !r.take(':') {
			return r.fail("want a colon after the key, at byte %d", r.pos)
		}
		if err := member(r.data[start:end]); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return r.fail("the object does not go on or end, at byte %d", r.pos)
		}
	}
}

// array calls item for each item; it has to read the value.
func (r *reader) array(item func() error) error {
	if err := r.enter(kindArray); err != nil {
		return err
	}
	defer func() { r.depth++ }()
	if r.take(']') {
		return nil
	}
	for k := 0; ; k++ {
		r.path = append(r.path, step{index: k})
		if err := item(); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return r.fail("the list does not go on or end, at byte %d", r.pos)
		}
	}
}

// skip steps over any value and checks it.
func (r *reader) skip() error {
	switch r.next() {
	case kindObject:
		return r.object(func([]byte) error { return r.skip() })
	case kindArray:
		return r.array(r.skip)
	case kindString:
		_, _, err := r.raw()
		return err
	case kindNumber:
		_, err := r.number()
		return err
	case kindWord:
		_, err := r.word()
		return err
	}
	return r.fail("the body ends where a value should be")
}

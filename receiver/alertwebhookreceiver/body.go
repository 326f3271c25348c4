package alertwebhookreceiver

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// chunk is how much is read at a time. A body that is refused for its size has
// cost chunks up to the limit, once, and no copy.
const chunk = 256 << 10

var chunks = sync.Pool{New: func() any {
	b := make([]byte, chunk)
	return &b
}}

// errTooLarge is the error about a body over the limit.
var errTooLarge = errors.New("body too large")

// readBody reads a body that http.MaxBytesReader bounds. The bytes are valid
// until release is called, which may be nil.
func readBody(body io.Reader) (data []byte, release func(), err error) {
	var held []*[]byte
	release = func() {
		for _, b := range held {
			chunks.Put(b)
		}
		held = nil
	}
	size := 0
	for {
		b := chunks.Get().(*[]byte)
		held = append(held, b)
		n, err := io.ReadFull(body, *b)
		size += n
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			release()
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				err = errTooLarge
			}
			return nil, nil, err
		}
	}
	if len(held) == 1 {
		return (*held[0])[:size], release, nil
	}
	data = make([]byte, 0, size)
	for _, b := range held {
		data = append(data, (*b)[:min(chunk, size-len(data))]...)
	}
	release()
	return data, nil, nil
}

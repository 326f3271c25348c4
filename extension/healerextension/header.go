package healerextension

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt keeps two headers, written in turns, and takes the older one without a
// word if the newer is damaged. Then the last transaction is missing: an order
// that left would be one that was never given. A header fits in a sector of a
// disk, so that a loss of power does not tear it.

const (
	pageHeader = 16 // bytes before the header proper
	headerSum  = 56 // where its checksum is: FNV-1a of what is before
)

// soundHeaders tells whether both headers of an open journal are as they were
// written.
func soundHeaders(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	first, err := readHeader(f, 0)
	if err != nil {
		return err
	}
	_, err = readHeader(f, int64(binary.LittleEndian.Uint32(first[8:]))) // the size of a page
	return err
}

func readHeader(f io.ReaderAt, at int64) ([]byte, error) {
	b := make([]byte, headerSum+8)
	if _, err := f.ReadAt(b, at+pageHeader); err != nil {
		return nil, fmt.Errorf("read a header: %w", err)
	}
	h := fnv.New64a()
	_, _ = h.Write(b[:headerSum])
	if h.Sum64() != binary.LittleEndian.Uint64(b[headerSum:]) {
		return nil, errors.New("one of its two headers was damaged or edited, and what was written last may be missing")
	}
	return b, nil
}

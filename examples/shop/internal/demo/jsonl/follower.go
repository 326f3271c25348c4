// Package jsonl follows files to which other processes append one JSON object a line.
package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Follower reads what is new in a file. It may be younger than the file, or older.
type Follower[T any] struct {
	path   string
	offset int64
}

// Follow returns a follower of the file at path.
func Follow[T any](path string) *Follower[T] { return &Follower[T]{path: path} }

// Next returns the objects that were completed since the last call. A line that
// is still being written is left for the next one.
func (f *Follower[T]) Next() ([]T, error) {
	data, err := f.read()
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	f.offset += int64(end)
	var items []T
	for _, line := range bytes.Split(data[:end], []byte{'\n'}) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var item T
		if err := json.Unmarshal(line, &item); err != nil {
			return items, fmt.Errorf("read %s: %w", f.path, err)
		}
		items = append(items, item)
	}
	return items, nil
}

func (f *Follower[T]) read() ([]byte, error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Seek(f.offset, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}

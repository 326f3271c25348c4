package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unsafe"
)

// maxLine bounds a row; a file with a longer one is no CSV of two columns.
const maxLine = 1 << 20

// Row is a row of CSV. Its bytes are valid until the next one is read.
type Row struct {
	Line      int    // from 1
	TimeText  []byte // as in the file
	ValueText []byte
	Time      int64   // Unix nanoseconds
	Value     float64 // NaN: no value
	Bad       string  // why the row cannot be read; empty: it can
}

// CSV reads `timestamp,value` row by row. The first row may be a header; columns
// after the second are ignored.
type CSV struct {
	Row   Row
	Extra bool // some row had more than two columns

	lines *bufio.Scanner
	times Timestamps
}

// NewCSV returns a reader.
func NewCSV(r io.Reader) *CSV {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	return &CSV{lines: lines}
}

// Next reads a row. Blank rows are bad ones.
func (c *CSV) Next() bool {
	for c.lines.Scan() {
		c.Row.Line++
		line := c.lines.Bytes()
		if c.Row.Line == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		c.parse(line)
		if c.Row.Line == 1 && c.header() {
			continue
		}
		return true
	}
	return false
}

// Err is what ended the reading, if it was not the end of the file.
func (c *CSV) Err() error {
	if err := c.lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d bytes: this is no CSV of a timestamp and a value", c.Row.Line+1, maxLine)
	} else if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

func (c *CSV) parse(line []byte) {
	r := &c.Row
	r.Time, r.Value, r.Bad, r.ValueText = 0, math.NaN(), "", nil
	k := bytes.IndexByte(line, ',')
	if k < 0 {
		r.TimeText = line
		r.Bad = "a timestamp and a value must be there, separated by a comma"
		if len(line) == 0 {
			r.Bad = "the row is blank"
		}
		return
	}
	r.TimeText, line = line[:k], line[k+1:]
	if k = bytes.IndexByte(line, ','); k >= 0 {
		c.Extra = true
		line = line[:k]
	}
	r.ValueText = line
	var ok bool
	if r.Time, ok = c.times.Parse(bare(r.TimeText)); !ok {
		r.Bad = "the timestamp must be as 2006-01-02 15:04:05, RFC 3339, or Unix seconds or milliseconds"
	} else if r.Value, ok = Number(bare(line)); !ok {
		r.Bad = "the value must be a number"
	}
}

// header tells whether the first row names columns: there is no digit in it where
// a timestamp and a value would have one.
func (c *CSV) header() bool {
	const digits = "0123456789"
	return c.Row.Bad != "" && len(c.Row.ValueText) > 0 &&
		!bytes.ContainsAny(c.Row.TimeText, digits) && !c.number()
}

func (c *CSV) number() bool {
	_, ok := Number(bare(c.Row.ValueText))
	return ok
}

// bare is a field without spaces and quotes around it.
func bare(b []byte) []byte {
	if n := len(b); n > 0 && b[0] > ' ' && b[n-1] > ' ' && b[0] != '"' {
		return b
	}
	b = bytes.TrimSpace(b)
	if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' {
		b = bytes.TrimSpace(b[1 : n-1])
	}
	return b
}

// Number reads a value; nothing, NaN and null are no value.
func Number(b []byte) (float64, bool) {
	if len(b) == 0 || string(b) == "null" || string(b) == "NULL" {
		return math.NaN(), true
	}
	x, err := strconv.ParseFloat(unsafe.String(&b[0], len(b)), 64) // which keeps no part of it but in its error
	return x, err == nil
}

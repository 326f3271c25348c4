package payload

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/otelheal/otelheal/event"
)

// raw reads a string and returns where it stands, without the quotes.
func (r *reader) raw() (start, end int, err error) {
	r.pos++
	start = r.pos
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; {
		case c == '"':
			r.pos++
			return start, r.pos - 1, nil
		case c == '\\':
			r.pos += 2
		case c < 0x20:
			return 0, 0, r.fail("a control character in a text, at byte %d", r.pos)
		default:
			r.pos++
		}
	}
	r.pos = len(r.data)
	return 0, 0, r.fail("a text does not end")
}

var digits = []byte("+-.0123456789eE")

func (r *reader) number() ([]byte, error) {
	start := r.pos
	for r.pos < len(r.data) && bytes.IndexByte(digits, r.data[r.pos]) >= 0 {
		r.pos++
	}
	n := r.data[start:r.pos]
	if !json.Valid(n) {
		return nil, r.fail("no number, at byte %d", start)
	}
	return n, nil
}

func (r *reader) word() (string, error) {
	for _, w := range words {
		if bytes.HasPrefix(r.data[r.pos:], []byte(w)) {
			r.pos += len(w)
			return w, nil
		}
	}
	return "", r.fail("no JSON, at byte %d", r.pos)
}

// maxEscaped bounds a text with escapes, which has to be decoded before it can be cut.
const maxEscaped = 64 << 10

// text reads a string, number or word as text, cut to what a text may have. What
// is no value (null, NaN) is empty.
func (r *reader) text() (string, error) {
	switch k := r.next(); k {
	case kindString:
		start, end, err := r.raw()
		if err != nil {
			return "", err
		}
		return r.decode(start, end)
	case kindNumber:
		n, err := r.number()
		return string(n[:min(len(n), event.MaxText)]), err
	case kindWord:
		w, err := r.word()
		if w != "true" && w != "false" {
			w = ""
		}
		return w, err
	default:
		return "", r.fail("want a text, found %s", k)
	}
}

// decode is the text of a raw string.
func (r *reader) decode(start, end int) (string, error) {
	raw := r.data[start:end]
	var s string
	if bytes.IndexByte(raw, '\\') < 0 {
		s = string(raw[:min(len(raw), event.MaxText+utf8.UTFMax)])
	} else {
		if len(raw) > maxEscaped {
			return "", r.fail("a text with escapes has over %d bytes", maxEscaped)
		}
		if json.Unmarshal(r.data[start-1:end+1], &s) != nil {
			return "", r.fail("a text has an escape that is none")
		}
	}
	return cut(strings.ToValidUTF8(s, "\uFFFD"), event.MaxText), nil
}

// cut shortens s to at most n bytes, at the end of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

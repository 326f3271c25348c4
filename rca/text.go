package rca

import (
	"strings"
	"unicode/utf8"

	"github.com/otelheal/otelheal/event"
)

// line makes one printable line of at most limit bytes out of hostile text.
func line(s string, limit int) string {
	cut := false
	if len(s) > limit {
		s, cut = s[:limit], true
	}
	clean := true
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean && !cut {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20 || r == 0x7f || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// bounded cuts the names of an entity to what events allow.
func bounded(e event.Entity) event.Entity {
	e.Service, e.Namespace = line(e.Service, event.MaxName), line(e.Namespace, event.MaxName)
	e.Instance, e.Host = line(e.Instance, event.MaxName), line(e.Host, event.MaxName)
	return e
}

const maxOperation = 96

// Operation makes a bounded name out of an operation's: numbers, hashes and
// identifiers in it become *, so that a path with an ID in it, or a prepared
// statement with a hash, is one operation and not thousands.
func Operation(name string) string {
	name = line(name, maxOperation)
	if !strings.ContainsAny(name, "0123456789") {
		return name
	}
	var b strings.Builder
	b.Grow(len(name))
	for i := 0; i < len(name); {
		j := i
		for j < len(name) && isWord(name[j]) {
			j++
		}
		switch word := name[i:j]; {
		case j == i:
			b.WriteByte(name[i])
			j++
		case varies(word) || onlyDigits(word):
			b.WriteByte('*')
		default:
			maskParts(&b, word)
		}
		i = j
	}
	return b.String()
}

// maskParts writes a word with the hashes that it is put together of, as in
// Recommend_a8f3e1b2. Short numbers in it, as in step_2, are names.
func maskParts(b *strings.Builder, word string) {
	for word != "" {
		part, rest := word, ""
		if k := strings.IndexAny(word, "_-"); k >= 0 {
			part, rest = word[:k], word[k:k+1]
		}
		word = word[len(part)+len(rest):]
		if varies(part) {
			part = "*"
		}
		b.WriteString(part)
		b.WriteString(rest)
	}
}

// varies tells whether a word looks like a hash or an identifier: it is long, and a
// quarter of it are digits, or it is a number to the base of 16.
func varies(word string) bool {
	digits, hex := 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			hex++
		}
	}
	return len(word) >= 8 && digits > 0 && (digits*4 >= len(word) || digits+hex == len(word))
}

func onlyDigits(word string) bool { return strings.Trim(word, "0123456789") == "" }

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-' || c >= 0x80
}

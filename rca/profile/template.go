package profile

import (
	"bytes"
	"strings"
)

// Templates gives log lines that differ only in their parameters one symbol. A
// line that names its place in the code is told by that; others by a small Drain
// (He et al., Drain: an Online Log Parsing Approach with Fixed Depth Tree, ICWS
// 2017): lines of as many words that begin alike and agree in half of them are
// one.
type Templates struct {
	Dropped uint64 // lines whose template found no room; they share one

	names *Names
	leafs map[leafKey][]template
	count int
	cache map[ID]ID
	buf   []byte
	words [][]byte
	ends  []int
}

type leafKey struct {
	node  ID
	words int
	first string
}

type template struct {
	id    ID
	words []string
}

const (
	maxTemplates    = 5000
	maxLeaf         = 64 // templates that begin alike
	maxTemplateByte = 512
	maxWords        = 24 // of a line that count
	maxCached       = 20_000
	agree           = 0.5
)

// NewTemplates returns an empty set, which notes its texts in names.
func NewTemplates(names *Names) *Templates {
	return &Templates{names: names, leafs: map[leafKey][]template{}, cache: map[ID]ID{}}
}

// Of returns the symbol of a line of a service. The place in the code may be
// empty; then one that the line itself names counts.
func (t *Templates) Of(node ID, place, text string) ID {
	if len(text) > maxTemplateByte {
		text = text[:maxTemplateByte]
	}
	if place == "" {
		place = placeIn(text)
	}
	if place != "" {
		id := Combine(node, IDOf(place))
		if _, ok := t.names.texts[id]; !ok {
			t.mask(text)
			t.names.Put(id, strings.Clone(place)+" "+string(t.buf))
		}
		return id
	}
	t.mask(text)
	key := Combine(node, hash(t.buf))
	if id, ok := t.cache[key]; ok {
		return id
	}
	if len(t.cache) >= maxCached {
		clear(t.cache)
	}
	id := t.match(node)
	t.cache[key] = id
	return id
}

func hash(b []byte) ID {
	h := uint64(offset64)
	for _, c := range b {
		h = (h ^ uint64(c)) * prime64
	}
	return ID(stir(h))
}

// mask fills buf and words with the line's words. Parameters become *: words
// with a digit, what follows key=, and within brackets also what follows "key: ".
func (t *Templates) mask(text string) {
	t.buf, t.words = t.buf[:0], t.words[:0]
	ends := t.ends[:0]
	depth, skip, from := 0, 0, -1
	put := func(word string) {
		if len(ends) < maxWords {
			if len(t.buf) > 0 {
				t.buf = append(t.buf, ' ')
			}
			t.buf = append(t.buf, word...)
			ends = append(ends, len(t.buf))
		}
	}
	flush := func(to int) {
		if from >= 0 {
			word := text[from:to]
			if strings.ContainsAny(word, "0123456789") {
				word = "*"
			}
			put(word)
		}
		from = -1
	}
	for i := 0; i < len(text) && len(ends) < maxWords; i++ {
		c := text[i]
		switch {
		case c == '[' || c == '(' || c == '{':
			flush(i)
			depth++
		case c == ']' || c == ')' || c == '}':
			flush(i)
			if depth--; depth < skip {
				depth, skip = max(depth, 0), 0
			}
		case skip > 0:
		case c == '=' && depth == 0:
			flush(i)
			put("*")
			for i+1 < len(text) && text[i+1] > ' ' {
				i++
			}
		case depth > 0 && (c == '=' || c == ':' && (i+1 == len(text) || text[i+1] == ' ')):
			flush(i)
			put("*")
			skip = depth
		case c <= ' ' || c == ',' || c == ';' || c == '|' || c == '"' || c == '\'':
			flush(i)
		case from < 0:
			from = i
		}
	}
	if skip == 0 {
		flush(len(text))
	}
	t.ends = ends
	start := 0
	for _, end := range ends {
		t.words = append(t.words, t.buf[start:end])
		start = end + 1
	}
}

// match finds the template of the words, or makes one.
func (t *Templates) match(node ID) ID {
	key := leafKey{node: node, words: len(t.words)}
	if len(t.words) > 0 {
		key.first = string(t.words[0])
	}
	leaf := t.leafs[key]
	best, most := -1, -1.0
	for k := range leaf {
		same, all := 0, 0
		for i, w := range t.words {
			if w[0] == '*' {
				continue // parameters say nothing about which line it is
			}
			all++
			if leaf[k].words[i] == string(w) {
				same++
			}
		}
		if share := float64(same) / float64(max(1, all)); all == 0 || share >= agree && share > most {
			best, most = k, share
		}
	}
	if best >= 0 {
		x := &leaf[best]
		for i, w := range t.words {
			if x.words[i] != string(w) {
				x.words[i] = "*"
			}
		}
		return x.id
	}
	if t.count >= maxTemplates || len(leaf) >= maxLeaf {
		t.Dropped++
		return Combine(node, Other)
	}
	x := template{id: Combine(node, hash(t.buf))}
	for _, w := range t.words {
		x.words = append(x.words, string(w))
	}
	t.count++
	t.leafs[key] = append(leaf, x)
	t.names.Put(x.id, string(bytes.ToValidUTF8(t.buf, nil)))
	return x.id
}

// sources are what files of source code end with.
var sources = []string{".go", ".py", ".java", ".js", ".ts", ".rb", ".cs", ".kt", ".scala", ".cpp", ".cc", ".c", ".rs", ".php", ".ex"}

// placeIn finds the place in the code that a line names in one of its first
// words, such as Class#12 or file.go:12.
func placeIn(text string) string {
	for n := 0; n < 8 && text != ""; n++ {
		text = strings.TrimLeft(text, " \t[(")
		word := text
		if i := strings.IndexAny(text, " \t])"); i >= 0 {
			word, text = text[:i], text[i:]
			text = strings.TrimLeft(text, "])")
		} else {
			text = ""
		}
		i := strings.LastIndexAny(word, "#:")
		if i <= 0 || i+1 >= len(word) || len(word)-i > 7 || !isName(word[:i]) {
			continue
		}
		if strings.Trim(word[i+1:], "0123456789") != "" {
			continue
		}
		if word[i] == '#' {
			return word
		}
		for _, s := range sources {
			if strings.HasSuffix(word[:i], s) {
				return strings.TrimPrefix(word, "caller=")
			}
		}
	}
	return ""
}

// isName tells whether a word begins with a letter and has only what names of
// code have.
func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 && c != '/' && c != '_' || !strings.ContainsRune("0123456789._$/-=", rune(c))) {
			return false
		}
	}
	return true
}

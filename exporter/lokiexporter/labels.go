package lokiexporter

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// fallbackLabel is what a record gets that has nothing else: Loki refuses a
// stream without labels. It is the name and the value that Loki itself uses.
const (
	fallbackLabel = "service_name"
	fallbackValue = "unknown_service"
)

// labelOf makes a label's name of an attribute's, as Loki does it for OTLP.
func labelOf(attribute string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, attribute)
	if name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

// labels are those of one stream.
type labels map[string]string

// pick adds the chosen attributes; it returns how many values were cut.
func (l labels) pick(attributes pcommon.Map, names []string) (cut int) {
	for _, name := range names {
		v, ok := attributes.Get(name)
		if !ok {
			continue
		}
		text := strings.ToValidUTF8(v.AsString(), "\ufffd")
		if len(text) > maxLabelValue {
			text = shorten(text, maxLabelValue)
			cut++
		}
		if text != "" { // Loki drops empty labels, and refuses a stream of nothing else
			l[labelOf(name)] = text
		}
	}
	return cut
}

// String is the set as Loki reads it, sorted, so that the same set is the same
// stream.
func (l labels) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for k, name := range slices.Sorted(maps.Keys(l)) {
		if k > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(l[name]))
	}
	b.WriteByte('}')
	return b.String()
}

// shorten cuts a text to at most n bytes, between characters.
func shorten(text string, n int) string {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

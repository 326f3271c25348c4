package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// tellTale matches words that would give away that trouble was made. "default" has one of them inside it.
var tellTale = regexp.MustCompile(`(?i)inject|chaos|crash|\bhang|hung|slow|leak|burn|simulat|sabotag|fake|demo\b|overload|degrad|` +
	`bad.?release|/fault|control\.|\.sock|SetDoor|SetPace|SetPrecision|computers|\bhoard`)

var faultWord = regexp.MustCompile(`(?i)(^|[^e])fault`)

// allowed are texts that match and are innocent: the name of the way in for who runs the shop.
var allowed = map[string]bool{
	"POST /admin/degrade": true, "GET /admin/degrade": true, "/admin/degrade": true,
}

// wordsOf collects every text in a message: strings, and bytes that are text.
func wordsOf(m proto.Message, words map[string]bool) {
	var message func(protoreflect.Message)
	value := func(f protoreflect.FieldDescriptor, v protoreflect.Value) {
		switch f.Kind() {
		case protoreflect.StringKind:
			words[v.String()] = true
		case protoreflect.BytesKind:
			words[string(v.Bytes())] = true
		case protoreflect.MessageKind:
			message(v.Message())
		}
	}
	message = func(m protoreflect.Message) {
		m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			if f.IsList() {
				for i := range v.List().Len() {
					value(f, v.List().Get(i))
				}
				return true
			}
			value(f, v)
			return true
		})
	}
	message(m.ProtoReflect())
}

// vocabularyOf is the names in the telemetry: of spans, events, metrics, attributes, scopes.
func vocabularyOf(messages []proto.Message) map[string]bool {
	names := map[string]bool{}
	var message func(protoreflect.Message)
	message = func(m protoreflect.Message) {
		m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case f.Kind() == protoreflect.StringKind && !f.IsList() && (f.Name() == "name" || f.Name() == "key"):
				names[v.String()] = true
			case f.Kind() == protoreflect.MessageKind && f.IsList():
				for i := range v.List().Len() {
					message(v.List().Get(i).Message())
				}
			case f.Kind() == protoreflect.MessageKind:
				message(v.Message())
			}
			return true
		})
	}
	for _, m := range messages {
		message(m.ProtoReflect())
	}
	return names
}

// assertNothingTells checks all texts for tell-tale words, and that trouble brought no new names but those that any failure
// of a request brings.
func assertNothingTells(t *testing.T, messages []proto.Message, before map[string]bool) {
	words := map[string]bool{}
	for _, m := range messages {
		wordsOf(m, words)
	}
	assert.Greater(t, len(words), 1000, "the capture is too small to say anything")
	for word := range words {
		if !allowed[word] && (tellTale.MatchString(word) || faultWord.MatchString(word)) {
			t.Errorf("exported: %.300q", word)
		}
	}
	var unexpected []string
	for name := range vocabularyOf(messages) {
		if !before[name] && !allowed[name] && !strings.HasPrefix(name, "exception") && !slices.Contains(expected, name) {
			unexpected = append(unexpected, name)
		}
	}
	assert.Empty(t, unexpected)
}

// expected are names that a shop without trouble may not have had occasion to use.
var expected = []string{"error.type", "http.response.status_code", "http.response.body.size", "level", "GET /cart", "POST /cart", "put carts", "get carts", "delete carts"}

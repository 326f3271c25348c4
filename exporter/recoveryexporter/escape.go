package recoveryexporter

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"text/template"
	"unicode"
)

// syntax is the language of a template's text, which decides what must be
// escaped in a value.
type syntax int

const (
	syntaxJSON syntax = iota
	syntaxForm
	syntaxText
	syntaxHeader
)

// syntaxOf the content type.
func syntaxOf(contentType string) (syntax, error) {
	t, _, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
	case t == "application/json", strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json"):
		return syntaxJSON, nil
	case t == "application/x-www-form-urlencoded":
		return syntaxForm, nil
	case t == "text/plain":
		return syntaxText, nil
	}
	return 0, fmt.Errorf("`content_type` must be of JSON (application/json, application/…+json), application/x-www-form-urlencoded or text/plain, "+
		"found %q: how to escape others is not known here", contentType)
}

// Escapers by name, put at the end of each pipeline. Who writes one in a
// template escapes twice, and that is all.
const (
	escapeJSONValue  = "_otelheal_json_value"
	escapeJSONString = "_otelheal_json_string"
	escapeForm       = "_otelheal_form"
	escapeText       = "_otelheal_text"
	escapeHeader     = "_otelheal_header"
)

var escapers = template.FuncMap{
	escapeJSONValue:  jsonValue,
	escapeJSONString: jsonString,
	escapeForm:       func(v any) string { return url.QueryEscape(fmt.Sprint(v)) },
	escapeText:       func(v any) string { return strings.Map(plainRune, fmt.Sprint(v)) },
	escapeHeader:     func(v any) string { return strings.Map(headerRune, fmt.Sprint(v)) },
}

// jsonValue stands where JSON wants a value: texts get their quotes.
func jsonValue(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// jsonString stands between quotes that are in the template.
func jsonString(v any) (string, error) {
	b, err := json.Marshal(fmt.Sprint(v))
	if err != nil {
		return "", err
	}
	return string(b[1 : len(b)-1]), nil
}

// plainRune keeps a value on its line: what would begin another one, turn the
// order of the text around or drive a terminal becomes a space.
func plainRune(r rune) rune {
	if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cf) {
		return ' '
	}
	return r
}

// headerRune keeps to printable ASCII, which is all that every server reads the
// same.
func headerRune(r rune) rune {
	switch {
	case r < ' ', r == 0x7f:
		return ' '
	case r > 0x7f:
		return '?'
	}
	return r
}
